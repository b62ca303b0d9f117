"""SAP: worked hours in S/4HANA; time events, external times and absences in SuccessFactors. Both speak OData V2."""
