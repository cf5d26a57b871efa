"""Domain names as people read them: U-labels. Never used for names that a server chose (they stay A-labels)."""

from checker.report.words import SUBJECT_LIMIT, visible


def shown_name(name: str) -> str:
    """A name from domains.csv with its IDN labels as U-labels; labels that do not decode stay as they are.

    Source: RFC 5891 §5.
    """
    if "xn--" not in name:
        return visible(name, SUBJECT_LIMIT)
    return visible(".".join(map(_u_label, name.split("."))), SUBJECT_LIMIT)


def _u_label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    import idna  # noqa: PLC0415 - its tables are large, and few rows have such names

    try:
        return idna.decode(label)
    except idna.IDNAError:
        return label
