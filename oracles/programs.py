"""The code tool against CPython: written programs, and drawn ones."""

import ast
import contextlib
import io
import platform

from golden import Domain, refuse_if

DOMAIN = Domain("code")
oracle = DOMAIN.oracle

EXACT = 2**53
WIDEST = 2**127 - 1


def written(value):
    """A value as the tool gives it: JSON, long whole numbers and dictionary keys as text."""
    if value is None:
        return "None"
    if isinstance(value, bool) or isinstance(value, str):
        return value
    if isinstance(value, int):
        refuse_if(abs(value) > WIDEST)
        return value if abs(value) <= EXACT else str(value)
    if isinstance(value, float):
        refuse_if(value != value or value in (float("inf"), float("-inf")))
        return value
    if isinstance(value, dict):
        return {str(k): written(v) for k, v in value.items()}
    return [written(v) for v in value]


def execute(code):
    """What CPython makes of a program: the value of its last expression or of `result`, and what it printed."""
    tree, names, output, value = ast.parse(code), {}, io.StringIO(), None
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    import math
    names["math"] = math
    with contextlib.redirect_stdout(output):
        exec(compile(tree, "program", "exec"), names)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), "program", "eval"), names)
    if value is None:
        value = names.get("result")
    return {"value": written(value), "printed": output.getvalue()}


PROGRAMS = [
    "1 + 2 * 3 - 4 / 2",
    "-7 // 2, -7 % 3, 7 // -2, 7 % -3, -7.5 // 2, -7.5 % 2, 7.5 % -2",
    "2 ** 10, 2 ** -1, -2 ** 2, (-2) ** 2, 2 ** 3 ** 2, 9 ** 0.5",
    "2 ** 100, 10 ** 30 // 7, -(10 ** 20) % 97",
    "1e3, 1.5e-7, 0.1 + 0.2, 1 / 3, 1e16, 123456789.0 * 1000",
    "str(1e3), str(1.5e-7), str(0.1 + 0.2), str(1e16), str(1e22), str(123.0), str(0.0001), str(0.00001), str(-0.5)",
    "round(2.5), round(3.5), round(-2.5), round(2.675, 2), round(1234, -2), round(1250, -2), round(0.125, 2), round(7)",
    "int(3.9), int(-3.9), int('42'), int('ff', 16), float('2.5'), int(True), float(3)",
    "abs(-3), abs(2.5), max(3, 1, 2), min([4, 2, 8]), sum([1, 2.5, 3]), sum(range(10), 5)",
    "1 < 2 < 3, 1 < 3 < 2, 1 == 1.0, True == 1, 'a' < 'b', [1, 2] < [1, 3], (1, 2) == (1, 2), [1] == (1,)",
    "not 0, not [], not 'x', 1 and 0 or 3, None or 'd', 0 or [] or {}, 5 if 1 > 2 else 6",
    "'abc'[1], 'abc'[-1], 'abcdef'[1:4], 'abcdef'[::-1], 'abcdef'[::2], 'abcdef'[-3:], 'abcdef'[4:1:-1], 'abc'[5:]",
    "[1, 2, 3, 4][1:3], [1, 2, 3][::-1], (1, 2, 3)[1:], [1, 2] + [3], [0] * 3, 3 * 'ab', (1,) + (2, 3)",
    "'x' in 'xyz', 3 in [1, 2], 2 not in (1, 2), 'k' in {'k': 1}, 5 in {5, 6}",
    "len('häß'), len([1, 2]), len({}), len({1, 1, 2}), len(range(3, 20, 4))",
    "[x * x for x in range(6)], [x for x in range(20) if x % 3 == 0 if x % 2], {x: x ** 2 for x in range(4)}",
    "[(a, b) for a in range(3) for b in range(a)], sum(x * y for x, y in [(1, 2), (3, 4)])",
    "sorted([3, 1, 2]), sorted('banana'), sorted([-3, 1, -2], key=abs), sorted([1, 3, 2], reverse=True)",
    "sorted([('b', 2), ('a', 2), ('c', 1)], key=lambda p: p[1]), sorted({3, 1, 2} | {9}), sorted({1, 2, 3} & {2, 3, 4})",
    "sorted([2, 1, 2, 1], key=lambda x: -x), sorted([(1, 'b'), (0, 'b'), (1, 'a')], key=lambda p: p[0], reverse=True)",
    "list(enumerate('ab')), list(enumerate('ab', 5)), list(zip([1, 2], 'xyz')), list(map(str, [1, 2])), list(filter(None.__class__ and (lambda x: x > 1), [1, 2, 3]))"
    .replace("None.__class__ and ", ""),
    "list(reversed([1, 2])), tuple('ab'), list({'a': 1, 'b': 2}), dict([('a', 1)]), any([0, 1]), all([]), divmod(-7, 2)",
    "'a b  c'.split(), 'a,b'.split(','), '-'.join(['x', 'y']), ' x '.strip(), 'Ab'.upper(), 'Ab'.lower()",
    "'banana'.count('an'), 'banana'.replace('a', 'o'), 'banana'.find('n'), 'banana'.find('z'), 'abc'.startswith('ab'), 'abc'.endswith('x')",
    "'12'.isdigit(), 'a1'.isalpha(), ''.isdigit(), str([1, 'a', None, True, 2.0]), str((1,)), str({'a': [1]}), str('q')",
    "str([\"it's\", 'a\\nb', 'c\\\\d'])",
    "math.sqrt(2), math.pi, math.floor(-2.5), math.ceil(2.1), math.gcd(48, 18), math.factorial(20), math.comb(49, 6)",
    "math.log(10), math.log(8, 2), math.log2(8), math.log10(1000), math.exp(1), math.sin(1), math.atan2(1, -1), math.hypot(3, 4)",
    "math.isqrt(10 ** 20), math.prod([2, 3, 4]), math.degrees(math.pi), math.radians(180), math.cos(0.3) ** 2 + math.sin(0.3) ** 2",
    "pow(3, 200, 1009), pow(2, 5), 6 & 3, 6 | 3, 6 ^ 3, 0xff, 0b101, 1_000",
    "import math\nmath.tan(0.5)",
    "x = 3\nx += 4\nx *= 2\nx -= 1\nx //= 2\nx **= 2\nx %= 7\nx",
    "a = b = [1]\nb += [2]\na.append(3)\na, b",
    "a, (b, c) = 1, (2, 3)\na, b = b, a\nresult = [a, b, c]",
    "d = {}\nfor w in 'the cat the dog the end'.split():\n    d[w] = d.get(w, 0) + 1\nsorted(d.items(), key=lambda p: (-p[1], p[0]))",
    "d = {'a': 1, 2: 'b', (1, 2): 3}\nd['a'] += 1\nd.pop(2)\nd.setdefault('z', []).append(5)\nd.keys(), len(d)".replace("d.keys()", "list(d.keys())"),
    "xs = [5, 3, 8]\nxs.sort()\nxs.insert(1, 4)\nlast = xs.pop()\nfirst = xs.pop(0)\nxs.extend([9, 9])\nxs.reverse()\nxs, first, last, xs.index(9), xs.count(9)",
    "s = {1, 2}\ns.add(3)\ns.discard(1)\nsorted(s), sorted(s - {2}), sorted(s ^ {3, 7})",
    "def fib(n):\n    a, b = 0, 1\n    for _ in range(n):\n        a, b = b, a + b\n    return a\n[fib(i) for i in range(12)]",
    "def fact(n):\n    if n < 2:\n        return 1\n    return n * fact(n - 1)\nfact(20)",
    "def f(a, b):\n    return a - b\nf(b=1, a=5), f(7, b=2)",
    "def outer(n):\n    def inner(x):\n        return x + n\n    return [inner(i) for i in range(3)]\nouter(10)",
    "def nothing():\n    pass\nnothing()",
    "n = 27\nsteps = 0\nwhile n != 1:\n    n = n // 2 if n % 2 == 0 else 3 * n + 1\n    steps += 1\nsteps",
    "primes = []\nn = 2\nwhile len(primes) < 15:\n    if all(n % p for p in primes):\n        primes.append(n)\n    n += 1\nprimes",
    "out = []\nfor i in range(10):\n    if i == 3:\n        continue\n    if i == 6: break\n    out.append(i)\nout",
    "total = 0\nfor i in range(3):\n\n    # a remark\n    for j in range(3):\n        if i == j:\n            total += 1\n        elif i < j:\n            total += 10\n        else:\n            total += 100\ntotal",
    "print('a', 1, 2.0, [None], sep='-')\nprint('no line', end='')\nprint()\nprint({'k': (1, 2)})\n42",
    "x = (1 +\n     2 +\n     3)\ny = [\n    1,\n    2,\n]\nx, y, len(y) \\\n    + 1",
    "if 1: x = 2\nelse: x = 3\nx; x + 1",
    "m = [[1, 2], [3, 4]]\nm[0][1] = 9\n[[row[i] for row in m] for i in range(2)]",
    "a = [1, 2, 3]\nb = a\nb is a, a == [1, 2, 3], a is not None, None is None",
    "max('bca'), min(['x', 'ab'], key=len), max([], default=0), max([(1, 'b'), (1, 'a')])",
    "principal = 250000\nrate = 0.035 / 12\nn = 300\nround(principal * rate / (1 - (1 + rate) ** -n), 2)",
    "data = [2, 4, 4, 4, 5, 5, 7, 9]\nmean = sum(data) / len(data)\nmath.sqrt(sum((x - mean) ** 2 for x in data) / len(data))",
    # Refused by both.
    "1 / 0", "x", "[1][3]", "{}['a']", "'a' + 1", "int('x')", "def f(a):\n    return a\nf()", "x = 1\n  y = 2", "1 +", "(1",
    "[1] < ['a']", "max([])", "len(5)", "for x in 5: pass", "a, b = 1, 2, 3", "{[1]: 2}", "math.sqrt(-1)", "'abc'[9]", "return 1",
]


def drawn(r):
    """An expression over small numbers."""
    def expr(depth):
        if depth == 0 or r.random() < 0.15:
            return r.choice([str(r.randint(-20, 20)), str(round(r.uniform(-9, 9), 2)), f"({r.randint(-50, 50)})"])
        a, b = expr(depth - 1), expr(depth - 1)
        return r.choice([
            f"({a} {r.choice(['+', '-', '*', '/', '//', '%'])} {b})",
            f"abs({a})", f"round({a}, {r.randint(0, 3)})", f"max({a}, {b})", f"min({a}, {b})", f"-{a}",
            f"({a} if {b} > {expr(0)} else {expr(0)})", f"({a} < {b})", f"sum([{a}, {b}])", f"sorted([{a}, {b}])[0]",
            f"({a} and {b})", f"({a} or {b})", f"int({a})", f"len(str(int({a})))",
        ])
    return {"code": expr(r.randint(2, 4))}


def run_python(code):
    try:
        return execute(code)
    except (ArithmeticError, LookupError, NameError, SyntaxError, TypeError, ValueError):
        refuse_if(True)


oracle("run_python", f"CPython {platform.python_version()}", drawn, [{"code": p} for p in PROGRAMS], n=150, rel=1e-9)(run_python)
