"""BLAKE3, which Python's standard library lacks: the unkeyed hash of its specification, 32 bytes of output."""

IV = (0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19)
PERMUTATION = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
# Columns, then diagonals.
MIXES = (
    (0, 4, 8, 12),
    (1, 5, 9, 13),
    (2, 6, 10, 14),
    (3, 7, 11, 15),
    (0, 5, 10, 15),
    (1, 6, 11, 12),
    (2, 7, 8, 13),
    (3, 4, 9, 14),
)
CHUNK_START, CHUNK_END, PARENT, ROOT = 1, 2, 4, 8
MASK = 0xFFFFFFFF


def compress(cv, words, counter, length, flags):
    """The first half of the compression function's output: the next chaining value."""
    v = [*cv, *IV[:4], counter & MASK, counter >> 32, length, flags]
    for turn in range(7):
        for i, (a, b, c, d) in enumerate(MIXES):
            for word, r1, r2 in ((words[2 * i], 16, 12), (words[2 * i + 1], 8, 7)):
                v[a] = (v[a] + v[b] + word) & MASK
                x = v[d] ^ v[a]
                v[d] = (x >> r1 | x << (32 - r1)) & MASK
                v[c] = (v[c] + v[d]) & MASK
                x = v[b] ^ v[c]
                v[b] = (x >> r2 | x << (32 - r2)) & MASK
        if turn < 6:
            words = [words[i] for i in PERMUTATION]
    return [v[i] ^ v[i + 8] for i in range(8)]


def subtree(data, counter, root):
    """The chaining value of the chunks of `data`: a complete tree on the left, the rest on the right."""
    chunks = max(1, (len(data) + 1023) // 1024)
    if chunks > 1:
        left = 1 << (chunks - 1).bit_length() - 1
        pair = subtree(data[: left * 1024], counter, 0) + subtree(data[left * 1024 :], counter + left, 0)
        return compress(IV, pair, 0, 64, PARENT | root)
    cv, blocks = IV, [data[i : i + 64] for i in range(0, len(data), 64)] or [b""]
    for i, block in enumerate(blocks):
        last = i == len(blocks) - 1
        flags = (CHUNK_START if i == 0 else 0) | (CHUNK_END | root if last else 0)
        padded = block.ljust(64, b"\0")
        words = [int.from_bytes(padded[j : j + 4], "little") for j in range(0, 64, 4)]
        cv = compress(cv, words, counter, len(block), flags)
    return cv


def blake3(data):
    """The 32-byte digest of bytes."""
    return b"".join(word.to_bytes(4, "little") for word in subtree(data, 0, ROOT))
