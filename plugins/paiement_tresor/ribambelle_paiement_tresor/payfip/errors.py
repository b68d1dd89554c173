"""What can go wrong with the treasury.

```
PayfipError
├── PayfipFunctional   it refuses what we asked: a code and its label
├── PayfipTechnical    it says that it does not work
├── PayfipUnreachable  no answer in time, or no connection
└── PayfipMalformed    an answer that cannot be read, or must not be
```
"""

from ribambelle.errors import RibambelleError
from ribambelle_paiement_tresor.payfip.exchange import Exchange

UNKNOWN_PAYMENT = "P1"
NO_RESULT_YET = "P5"


class PayfipError(RibambelleError):
    """The treasury did not give what was asked; what was said is kept in `exchange`."""

    def __init__(self, told: str, exchange: Exchange) -> None:
        self.exchange = exchange
        super().__init__(told)


class PayfipFunctional(PayfipError):
    """The treasury refuses; only P1 and P5 may be read by a rule, the other codes are told."""

    def __init__(self, code: str, label: str, exchange: Exchange) -> None:
        self.code, self.label = code, label
        super().__init__(f"{code} {label}".strip(), exchange)

    @property
    def payment_unknown(self) -> bool:
        """The treasury knows no such payment, or no longer."""
        return self.code == UNKNOWN_PAYMENT

    @property
    def no_result_yet(self) -> bool:
        """The payment exists and nobody knows yet how it ends."""
        return self.code == NO_RESULT_YET


class PayfipTechnical(PayfipError):
    """The treasury says that its service does not work; it may work later."""

    def __init__(self, kind: str, code: str, exchange: Exchange) -> None:
        self.kind, self.code = kind, code
        super().__init__(f"{kind} {code}".strip(), exchange)


class PayfipUnreachable(PayfipError):
    """Nobody answered: no connection, or not in time. What was asked may have been done."""

    def __init__(self, why: str, exchange: Exchange) -> None:
        self.why = why
        super().__init__(why, exchange)


class PayfipMalformed(PayfipError):
    """Something answered that is not an answer of the treasury."""

    def __init__(self, why: str, exchange: Exchange) -> None:
        self.why = why
        super().__init__(why, exchange)
