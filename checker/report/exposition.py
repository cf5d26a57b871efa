"""The text-based format that Prometheus reads, metric by metric. Never decides what is told, writes no files.

Source: Prometheus, "Exposition formats", text-based format 0.0.4.
"""

from dataclasses import dataclass

Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One metric: its name, what it says (one line without backslashes), and its samples."""

    name: str
    says: str
    samples: tuple[tuple[Labels, float], ...]


def single(name: str, says: str, value: float) -> Family:
    """A metric of one sample without labels."""
    return Family(name=name, says=says, samples=(((), float(value)),))


def family_text(family: Family) -> str:
    """A metric as the file has it, always a gauge."""
    name = family.name
    samples = "".join(f"{name}{_labels_text(labels)} {value!r}\n" for labels, value in family.samples)
    return f"# HELP {name} {family.says}\n# TYPE {name} gauge\n{samples}"


def _labels_text(labels: Labels) -> str:
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels) + "}" if labels else ""


def _escaped(value: str) -> str:
    r"""A label's value, `\`, `"` and line feeds escaped; without what UTF-8 cannot hold."""
    whole = value.encode("utf-8", "replace").decode("utf-8")
    return whole.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
