"""Numbers in columns of texts, by their grammar."""

import polars as pl

from components.shared.tables.number_grammar import (
    CUT_OFF,
    DIGITS,
    INFINITE,
    MEASURED,
    MEASURES,
    NEGATIVE,
    NUMBER,
    SCALED,
    SCALES,
    UNIT,
)
from components.shared.tables.readings import Decimal


def number_unit(texts: pl.Expr) -> pl.Expr:
    """Return the currency, the per cent sign or the measure in each number, or an empty text."""
    measure = texts.str.extract(MEASURED)
    known = measure.str.to_lowercase().replace(MEASURES)
    return pl.coalesce(texts.str.extract(UNIT), known, pl.lit(""))


def number_scale(texts: pl.Expr) -> pl.Expr:
    """Return the exponent that multiplies each number, such as e3 for k, or an empty text."""
    scale = texts.str.extract(SCALED)
    return scale.replace_strict(SCALES, default="", return_dtype=pl.String).fill_null("")


def numbers(texts: pl.Expr, decimal: Decimal, unit: str, *, scaled: bool = False) -> pl.Expr:
    """Return each text as the plainest text of its number, null where it is none.

    Args:
        texts: Texts without blanks around them.
        decimal: What stands before decimals.
        unit: The currency or measure that may stand at them, the `%` that must, or an empty text.
        scaled: Whether letters such as k multiply them.
    """
    texts = texts.str.replace(*CUT_OFF, literal=True)
    found = number_unit(texts)
    in_unit = (found == unit) if unit == "%" else found.is_in(["", unit])
    scale = number_scale(texts)
    valid = texts.str.contains(NUMBER[decimal]) & in_unit
    if not scaled:
        valid &= scale == ""
    digits = texts.str.extract(DIGITS)
    if decimal == ".":
        digits = digits.str.replace_all(r"[^0-9.eE+-]", "")
    else:
        digits = digits.str.replace_all(r"[^0-9,eE+-]", "").str.replace(",", ".", literal=True)
    sign = pl.when(texts.str.contains(NEGATIVE)).then(pl.lit("-")).otherwise(pl.lit(""))
    # A shifted exponent rounds once, a division would round again.
    shift = pl.lit("e-2") if unit == "%" else scale
    infinite = texts.str.contains(INFINITE) if unit != "%" else pl.lit(value=False)
    return pl.when(valid).then(pl.concat_str(sign, digits, shift)).when(infinite).then(texts)
