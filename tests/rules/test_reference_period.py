"""Agreement with the slow reference about the sums of a payroll period."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.rules.totals import period_totals
from tests.rules.build import frame, run
from tests.rules.reference_period import period
from tests.rules.test_reference_amounts import CALENDARS, DAYS, build, dates, laid_out, people, policies


@settings(max_examples=25)
@given(
    st.sampled_from(CALENDARS),
    policies,
    st.lists(dates, min_size=DAYS, max_size=DAYS),
    st.lists(people, min_size=1, max_size=3),
    st.integers(1, DAYS - 1),
)
def test_every_sum_of_a_period_is_the_references(calendar, policy, given_dates, persons, cut):
    zone, _ = calendar
    days, plans, told = laid_out(calendar, given_dates, persons)
    spans = {"one": (days[0], days[cut - 1]), "two": (days[cut], days[-1])}
    rows = [{"period_id": name, "from_date": a, "to_date": b, "status": "open"} for name, (a, b) in spans.items()]
    inputs = replace(build(zone, policy, plans, told, [shift for shift, *_ in persons]), periods=frame("periods", rows))
    out = run(inputs, days[0], days[-1])
    totals = period_totals(out.days, out.overtime)
    assert totals.height == 2 * len(persons)
    for total in totals.iter_rows(named=True):
        mine, (a, b) = {"employee_key": total.pop("employee_key")}, spans[total.pop("period_id")]
        own = [row for row in out.days.filter(**mine).iter_rows(named=True) if a <= row["business_date"] <= b]
        over = [row for row in out.overtime.filter(**mine).iter_rows(named=True) if a <= row["business_date"] <= b]
        assert total == period(own, over)
