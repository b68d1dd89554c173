"""Is a number one that receives SMS, and how do networks write it?"""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from ribambelle.errors import Refused

REGIONS = {
    **{"971": "GP", "972": "MQ", "973": "GF", "974": "RE", "975": "PM", "976": "YT"},
    **{"977": "BL", "978": "MF", "986": "WF", "987": "PF", "988": "NC"},
}
"""Where a département overseas numbers its telephones; the others as the mainland."""
MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def mobile(text: str, departement: str) -> str:
    """Return a mobile number as networks write it: dialled from the commune, else as elsewhere.

    >>> mobile("0692 12 34 56", "974"), mobile("06 12 34 56 78", "974"), mobile("0692123456", "44")
    ('+262692123456', '+33612345678', '+262692123456')
    >>> mobile("+33 6 12 34 56 78", "44"), mobile("+32 470 12 34 56", "59")
    ('+33612345678', '+32470123456')
    >>> mobile("02 40 00 00 00", "44")
    Traceback (most recent call last):
    ...
    ribambelle.errors.Refused: phone_not_mobile
    """
    here = REGIONS.get(departement, "FR")
    for region in dict.fromkeys((here, "FR", *REGIONS.values())):
        try:
            number = phonenumbers.parse(text, region)
        except NumberParseException:
            continue
        if phonenumbers.is_valid_number(number) and phonenumbers.number_type(number) in MOBILE:
            return phonenumbers.format_number(number, PhoneNumberFormat.E164)
    raise Refused("phone_not_mobile")
