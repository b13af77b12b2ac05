"""Numbers in columns of texts, by their grammar."""

import polars as pl

from components.shared.tables.number_grammar import DIGITS, INFINITE, NEGATIVE, NUMBER, UNIT
from components.shared.tables.readings import Decimal


def number_unit(texts: pl.Expr) -> pl.Expr:
    """Return the currency or the per cent sign in each text, or an empty text."""
    return texts.str.extract(UNIT).fill_null("")


def numbers(texts: pl.Expr, decimal: Decimal, unit: str) -> pl.Expr:
    """Return each text as the plainest text of its number, null where it is none.

    Args:
        texts: Texts without blanks around them.
        decimal: What stands before decimals.
        unit: The currency that may stand at them, the `%` that must, or an empty text.
    """
    found = number_unit(texts)
    in_unit = (found == unit) if unit == "%" else found.is_in(["", unit])
    valid = texts.str.contains(NUMBER[decimal]) & in_unit
    digits = texts.str.extract(DIGITS)
    if decimal == ".":
        digits = digits.str.replace_all(r"[^0-9.eE+-]", "")
    else:
        digits = digits.str.replace_all(r"[^0-9,eE+-]", "").str.replace(",", ".", literal=True)
    sign = pl.when(texts.str.contains(NEGATIVE)).then(pl.lit("-")).otherwise(pl.lit(""))
    # A shifted exponent rounds once, a division would round again.
    shift = pl.lit("e-2" if unit == "%" else "")
    infinite = texts.str.contains(INFINITE) if unit != "%" else pl.lit(value=False)
    return pl.when(valid).then(pl.concat_str(sign, digits, shift)).when(infinite).then(texts)
