"""What is not documented and was not recorded; each choice can be turned the other way."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guesses:
    """How this Salesforce behaves where nothing says how the real one does.

    `unknown_column_fails_call`: a collection with an unknown column is refused as a whole, and not that row alone.
    `failed_rows_have_an_id`: a failed row of a collection has `"id": null`, and not no `id`.
    `trims_texts`: blanks around texts are taken off by JSON requests.
    `same_token`: asking again by JWT gives the same session while it lives.
    `lock_status`: the HTTP status of UNABLE_TO_LOCK_ROW about a single record.
    """

    unknown_column_fails_call: bool = True
    failed_rows_have_an_id: bool = False
    trims_texts: bool = True
    same_token: bool = True
    lock_status: int = 400
