"""Unified social credit code 统一社会信用代码, GB 32100-2015: 18 characters, the last a check character.

The database holds the same rule in the function `credit_code_is_valid` (migration
0001), so that no import and no shell stores a code that fails it.
"""

# No I, O, S, V, Z: they are mistaken for digits.
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH = 18


def check_character(first17: str) -> str:
    """The 18th character: weights are powers of 3, sum modulo 31."""
    total = sum(ALPHABET.index(sign) * pow(3, place, 31) for place, sign in enumerate(first17))
    return ALPHABET[-total % 31]


def is_valid(code: str) -> bool:
    if len(code) != LENGTH or any(sign not in ALPHABET for sign in code):
        return False
    return check_character(code[:17]) == code[17]


VALID_IN_SQL = f"""
CREATE FUNCTION credit_code_is_valid(code text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT length(code) = 18 AND translate(code, '{ALPHABET}', '') = '' AND (
        SELECT sum(
            (strpos('{ALPHABET}', substr(code, place, 1)) - 1)
            * (ARRAY[1,3,9,27,19,26,16,17,20,29,25,13,8,24,10,30,28,1])[place]
        ) % 31
        FROM generate_series(1, 18) AS place
    ) = 0
$$
"""  # noqa: S608 - both parts are constants
