"""What is made of a few bytes is remembered; what is made of many is not."""

from checker.protocols.memory import MAX_REMEMBERED_BYTES, remembered


def test_calls_with_many_bytes_are_made_anew() -> None:
    calls: list[int] = []

    @remembered(2)
    def size(parts: tuple[bytes, ...], factor: int) -> int:
        calls.append(len(parts))
        return factor * sum(map(len, parts))

    few, many = (b"a", b"b"), (b"a" * MAX_REMEMBERED_BYTES, b"b")
    assert [size(few, 2), size(few, 2), size(many, 2), size(many, 2)] == [4, 4, 32_770, 32_770]
    assert calls == [2, 2, 2]
