"""From entries to confirmed records in an ERP, the same way for every connector.

plan     desired against what the ERP holds and what the journal says (pure)
journal  the intent, committed before it is sent, and what came of it
apply    sends a plan in batches; any ambiguous end makes an entry `unknown`
confirm  reads back and compares: confirmed, missing or drifted
push     all of it, over again until nothing is left to do or to wait for
"""
