"""Record ids: 15 characters in which case matters, or 18 with a checksum of the case (Object reference, "ID field")."""

import string

_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_CHECK = string.ascii_uppercase + "012345"
_INSTANCE = "5g"
SHORT, LONG = 15, 18


def made(prefix: str, number: int) -> str:
    """The id with that number of an object with that key prefix, 18 characters."""
    digits = ""
    while number:
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return completed(prefix + _INSTANCE + digits.rjust(SHORT - len(prefix) - len(_INSTANCE), "0"))


def completed(ref: str) -> str:
    """The 18 characters of an id of 15: a letter for each five says which of them are capitals."""
    groups = (ref[at : at + 5] for at in range(0, SHORT, 5))
    return ref[:SHORT] + "".join(_CHECK[_capitals(group)] for group in groups)


def _capitals(group: str) -> int:
    return sum(1 << at for at, letter in enumerate(group) if letter in string.ascii_uppercase)


def is_id(text: object) -> bool:
    """Whether it has the shape of an id."""
    return isinstance(text, str) and len(text) in (SHORT, LONG) and text.isascii() and text.isalnum()
