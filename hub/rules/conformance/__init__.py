"""Cases of other products' rules, run through this engine with the preset of the product they come from.

An adapter turns a case into tables and a policy, runs the engine and reads the outcome off its tables; it computes no
attendance itself. Adapters ship with the hub, since whoever brings cases of their own needs them: `muster rules
conformance DIR` reads the cases from a directory. The engine does not know that any of this exists.
"""

from hub.rules.conformance.runner import Failure, Report, Verdict, run_file

__all__ = ["Failure", "Report", "Verdict", "run_file"]
