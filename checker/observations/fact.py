"""The tri-state in which facts are stored: yes, no, not tested."""

from enum import StrEnum


class Fact(StrEnum):
    """What a test of one property came to. NOT_TESTED is never read as NO."""

    YES = "yes"
    NO = "no"
    NOT_TESTED = "not_tested"

    @classmethod
    def of(cls, value: bool | None) -> "Fact":  # noqa: FBT001 - the value itself is what is converted
        """Turn True/False/None into YES/NO/NOT_TESTED."""
        if value is None:
            return cls.NOT_TESTED
        return cls.YES if value else cls.NO
