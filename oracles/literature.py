"""Academic, second part: networks of people and journals, agreement, meta-analysis, tests, references, identifiers."""

import collections
import hashlib
import math
import re

import krippendorff
import networkx
import numpy
import pandas
import pingouin
import scipy.optimize
import scipy.spatial.distance
import scipy.stats
import statsmodels.api
import statsmodels.stats.inter_rater
import statsmodels.stats.meta_analysis
import stdnum.ean
import stdnum.exceptions
import stdnum.isbn
import stdnum.iso7064.mod_11_2
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.power import NormalIndPower

from golden import Domain, letters, num, one, refuse_if, whole

DOMAIN = Domain("literature")
oracle = DOMAIN.oracle

# Networks


def coauthors(r):
    n = r.randint(3, 12)
    pairs = [(a, b) for a in range(n) for b in range(a)]
    chosen = r.sample(pairs, min(len(pairs), r.randint(2, 2 * n)))
    return {"pairs": [f"P{a}–P{b}" for a, b in chosen], "joint_papers": [r.randint(2, 7) for _ in chosen]}


pair_edges = [
    {"pairs": ["A–B", "B–C", "C–A"], "joint_papers": [2, 2, 2]},
    {"pairs": ["A–B"], "joint_papers": [2]},
    {"pairs": ["A–B", "B–A"], "joint_papers": [2, 2]},
    {"pairs": ["A–A"], "joint_papers": [2]},
    {"pairs": ["A–B"], "joint_papers": [0]},
    {"pairs": ["A, B"], "joint_papers": [2]},
    {"pairs": [], "joint_papers": []},
]


def people(pairs, joint_papers):
    ends = [pair.split("–") for pair in pairs]
    refuse_if(not ends or len(ends) != len(joint_papers) or min(joint_papers) <= 0 or any(len(e) != 2 for e in ends))
    refuse_if(any(a == b for a, b in ends) or len({frozenset(e) for e in ends}) < len(ends))
    graph = networkx.Graph()
    graph.add_weighted_edges_from((a, b, n) for (a, b), n in zip(ends, joint_papers))
    return graph


@oracle("collaboration_structure", "networkx:density, transitivity, connected_components", coauthors, edges=pair_edges)
def _(**pairs):
    g = people(**pairs)
    return {"authors": len(g), "density": 100 * networkx.density(g), "transitivity": 100 * networkx.transitivity(g),
            "largest": 100 * max(map(len, networkx.connected_components(g))) / len(g)}


@oracle("collaboration_roles", "networkx:betweenness_centrality, clustering, constraint", coauthors, edges=pair_edges)
def _(**pairs):
    g = people(**pairs)
    between, constraint = networkx.betweenness_centrality(g), networkx.constraint(g, weight="weight")
    expected = {}
    for place, name in enumerate(sorted(g)):
        row = {"name": name, "collaborators": g.degree(name), "betweenness": between[name], "clustering": networkx.clustering(g, name), "constraint": constraint[name]}
        expected |= {f"authors/{place}/{key}": value for key, value in row.items()}
    return expected


def cross_citations(r):
    n = r.randint(2, 7)
    chosen = r.sample([(a, b) for a in range(n) for b in range(n)], r.randint(2, n * n))
    return {"pairs": [f"J{a}→J{b}" for a, b in chosen], "citations": [r.randint(0, 300) for _ in chosen]}


@oracle("journal_influence", "networkx:pagerank(alpha=0.85)", cross_citations, rel=1e-6, abs_=1e-6,
        edges=[{"pairs": ["A→B"], "citations": []}, {"pairs": ["A→B", "B→A"], "citations": [1, -1]}, {"pairs": ["A→B"], "citations": [0]}, {"pairs": ["A→B", "A→B"], "citations": [2, 3]}, {"pairs": ["A"], "citations": [1]}, {"pairs": [], "citations": []}])
def _(pairs, citations):
    refuse_if(not pairs or len(pairs) != len(citations) or min(citations) < 0 or any(p.count("→") != 1 for p in pairs))
    g = networkx.DiGraph()
    for (a, b), n in zip((pair.split("→") for pair in pairs), citations):
        g.add_node(a)
        g.add_node(b)
        if n:
            before = g.get_edge_data(a, b, {"weight": 0})["weight"]
            g.add_edge(a, b, weight=before + n)
    ranks = networkx.pagerank(g, alpha=0.85, tol=1e-14, max_iter=5000)
    expected = {}
    for place, name in enumerate(sorted(g)):
        received = g.in_degree(name, weight="weight")
        own = 100 * g.get_edge_data(name, name, {"weight": 0})["weight"] / received if received else 0
        expected |= {f"journals/{place}/name": name, f"journals/{place}/pagerank": 100 * ranks[name], f"journals/{place}/self_citation": own}
    return expected


# Agreement


def scored(r):
    n = r.randint(3, 20)
    quality = [r.randint(0, 10) for _ in range(n)]
    return {f"rater_{k}": [min(10, max(0, q + r.randint(-2, 2))) for q in quality] for k in "abc"}


def raters(low, high):
    return {f"rater_{k}": [low] * 3 if high is None else [low, low, high] for k in "abc"}


score_edges = [raters(5, None), {"rater_a": [1, 2]}, {"rater_a": [1, 2], "rater_b": [1, 2], "rater_c": [1, 3]}, raters(1, 9)]


def matrix(rater_a, rater_b, rater_c):
    refuse_if(not 3 <= len(rater_a) == len(rater_b) == len(rater_c))
    return [rater_a, rater_b, rater_c]


@oracle("krippendorff_alpha", "krippendorff:alpha", lambda r: scored(r) | {"metric": r.choice(["nominal", "ordinal", "interval"])}, n=30, edges=score_edges)
def _(metric, **ratings):
    ratings = matrix(**ratings)
    refuse_if(len({x for rating in ratings for x in rating}) == 1)
    return {"alpha": krippendorff.alpha(reliability_data=ratings, level_of_measurement=metric)}


@oracle("intraclass_correlation", "pingouin:intraclass_corr, cronbach_alpha", scored, edges=score_edges, rel=1e-6, abs_=1e-6)
def _(**ratings):
    ratings = matrix(**ratings)
    frame = pandas.DataFrame(dict(zip("abc", ratings)))
    refuse_if(frame.mean(axis=1).std() < 1e-9)
    rows = frame.reset_index().melt(id_vars="index")
    if frame.sub(frame.mean(axis=1), axis=0).std().max() < 1e-12 and (frame.sub(frame["a"], axis=0) == 0).all().all():
        return {"icc2": 1, "icc3": 1, "cronbach_alpha": 1}
    icc = pingouin.intraclass_corr(rows, targets="index", raters="variable", ratings="value").set_index("Type")
    value = lambda *names: next(icc.loc[n, "ICC"] for n in names if n in icc.index)
    alpha, _ = pingouin.cronbach_alpha(frame)
    return {"icc2": anova(frame)[0], "icc3": value("ICC3", "ICC(C,1)"), "cronbach_alpha": alpha}


def anova(frame):
    """ICC2 from a linear model's mean squares: the library rounds its own."""
    long = frame.reset_index().melt(id_vars="index")
    model = statsmodels.formula.api.ols("value ~ C(index) + C(variable)", long).fit()
    table = statsmodels.api.stats.anova_lm(model)
    between, rater, rest = table.mean_sq
    n, k = frame.shape
    return [(between - rest) / (between + (k - 1) * rest + k * (rater - rest) / n)]


@oracle("rank_concordance", "scipy:stats.friedmanchisquare", scored, edges=score_edges)
def _(**ratings):
    ratings = matrix(**ratings)
    refuse_if(all(len(set(rating)) == 1 for rating in ratings))
    chi = scipy.stats.friedmanchisquare(*zip(*ratings)).statistic
    return {"friedman": chi, "w": chi / (3 * (len(ratings[0]) - 1))}


def judged(r):
    n = r.randint(3, 20)
    truth = [r.randint(1, 3) for _ in range(n)]
    return {f"rater_{k}": [t if r.random() < 0.7 else r.randint(1, 3) for t in truth] for k in "abc"}


@oracle("fleiss_kappa", "statsmodels:inter_rater.fleiss_kappa", judged, edges=[raters(1, None), raters(1, 3), {"rater_a": [1]}])
def _(**ratings):
    ratings = matrix(**ratings)
    refuse_if(len({x for rating in ratings for x in rating}) == 1)
    table, _ = statsmodels.stats.inter_rater.aggregate_raters(numpy.array(ratings).T)
    pairs = [numpy.mean(numpy.array(ratings[i]) == numpy.array(ratings[j])) for i, j in ((0, 1), (0, 2), (1, 2))]
    return {"kappa": statsmodels.stats.inter_rater.fleiss_kappa(table), "agreement": 100 * numpy.mean(pairs)}


# Meta-analysis


def studies(r):
    n = r.randint(2, 12)
    return {"effects": [round(r.gauss(0.3, 0.3), 3) for _ in range(n)], "standard_errors": [round(r.uniform(0.05, 0.4), 4) for _ in range(n)]}


study_edges = [{"effects": [0.2], "standard_errors": [0.1]}, {"effects": [0.2, 0.3, 0.4], "standard_errors": [0.1, 0.1, 0]}, {"effects": [0.2, 0.3, 0.4], "standard_errors": [0.1, 0.1]}, {"effects": [0.2, 0.3, 0.5], "standard_errors": [0.1, 0.1, 0.1]}]


def given(effects, standard_errors, least):
    refuse_if(len(effects) != len(standard_errors) or len(effects) < least or min(standard_errors) <= 0)
    return numpy.array(effects), numpy.square(standard_errors)


def combined(effects, variances):
    """Fixed and random effect with their standard errors, and the variance between studies."""
    result = statsmodels.stats.meta_analysis.combine_effects(effects, variances, method_re="dl")
    frame = result.summary_frame()
    fixed = (frame.eff["fixed effect"], frame.sd_eff["fixed effect"])
    if result.tau2 <= 0:
        return fixed, fixed, 0
    return fixed, (frame.eff["random effect"], frame.sd_eff["random effect"]), result.tau2


def named_studies(r):
    drawn = studies(r)
    return {"studies": [f"S{i}" for i in range(len(drawn["effects"]))]} | drawn


@oracle("study_influence", "statsmodels:meta_analysis.combine_effects(method_re=dl)", named_studies,
        edges=[e | {"studies": [f"S{i}" for i in range(len(e["effects"]))]} for e in study_edges] + [{"studies": ["A"]}])
def _(studies, effects, standard_errors):
    y, v = given(effects, standard_errors, 3)
    refuse_if(len(studies) != len(effects))
    (_, _), (_, _), tau2 = combined(y, v)
    fixed, random = 1 / v, 1 / (v + tau2)
    expected = {}
    for i, name in enumerate(studies):
        others = [j for j in range(len(y)) if j != i]
        row = {"name": name, "fixed_weight": 100 * fixed[i] / fixed.sum(), "random_weight": 100 * random[i] / random.sum(), "effect_without": combined(y[others], v[others])[1][0]}
        expected |= {f"studies/{i}/{key}": value for key, value in row.items()}
    return expected


@oracle("egger_test", "statsmodels:api.OLS of effect over error on precision", studies, edges=study_edges)
def _(effects, standard_errors):
    y, v = given(effects, standard_errors, 3)
    s = numpy.sqrt(v)
    refuse_if(numpy.ptp(s) < 1e-9)
    fit = statsmodels.api.OLS(y / s, statsmodels.api.add_constant(1 / s)).fit()
    return {"intercept": fit.params[0], "p": fit.pvalues[0]}


@oracle("prediction_interval", "statsmodels:meta_analysis.combine_effects(method_re=dl), scipy.stats.t", studies, edges=study_edges)
def _(effects, standard_errors):
    y, v = given(effects, standard_errors, 3)
    _, (effect, error), tau2 = combined(y, v)
    lower, upper = scipy.stats.t(len(y) - 2, loc=effect, scale=math.sqrt(tau2 + error**2)).interval(0.95)
    return {"lower": lower, "upper": upper}


@oracle("fail_safe_number", "scipy:stats.combine_pvalues(stouffer), and Rosenthal 1979 by bisection", studies, edges=study_edges + [{"effects": [-0.2, -0.3], "standard_errors": [0.1, 0.1]}], rel=1e-6, abs_=1e-6)
def _(effects, standard_errors):
    y, v = given(effects, standard_errors, 2)
    z = y / numpy.sqrt(v)
    combined_z = scipy.stats.combine_pvalues(scipy.stats.norm.sf(z), method="stouffer").statistic
    still = lambda x: z.sum() / math.sqrt(len(z) + x) - scipy.stats.norm.isf(0.05)
    needed = scipy.optimize.brentq(still, 0, 1e9, xtol=1e-9, rtol=1e-14) if still(0) > 0 else 0
    # Very small p-values underflow in the library.
    return {"fail_safe": needed} | ({"combined_z": combined_z} if numpy.abs(z).max() < 7 else {})


# Tests and planning


@oracle("mcnemar_test", "statsmodels:contingency_tables.mcnemar", {"both_yes": whole(0, 200), "only_first": whole(0, 60), "only_second": whole(0, 60), "both_no": whole(0, 400)},
        edges=[dict(only_first=0, only_second=0), dict(only_first=5, only_second=5), dict(only_first=0, only_second=1), dict(only_first=0, only_second=60)], abs_=1e-13)
def _(both_yes, only_first, only_second, both_no):
    refuse_if(only_first + only_second == 0)
    table = [[both_yes, only_first], [only_second, both_no]]
    expected = {"p": min(1, mcnemar(table, exact=True).pvalue)}
    if only_first != only_second:
        # With equal numbers the library's correction overshoots zero.
        expected["chi_square"] = mcnemar(table, exact=False, correction=True).statistic
    return expected


def groups(r):
    n, m = r.randint(2, 150), r.randint(2, 150)
    return {"events_1": r.randint(0, n), "n_1": n, "events_2": r.randint(0, m), "n_2": m}


group_edges = [dict(events_1=0, n_1=9, events_2=0, n_2=7), dict(events_1=9, n_1=9, events_2=0, n_2=7), dict(events_1=10, n_1=9, events_2=0, n_2=7), dict(events_1=5, n_1=10, events_2=5, n_2=10)]


@oracle("fisher_exact_test", "scipy:stats.fisher_exact", groups, n=30, edges=group_edges, rel=1e-6)
def _(events_1, n_1, events_2, n_2):
    refuse_if(events_1 > n_1 or events_2 > n_2)
    return {"p": scipy.stats.fisher_exact([[events_1, n_1 - events_1], [events_2, n_2 - events_2]]).pvalue}


@oracle("sample_size_two_proportions", "Fleiss, Levin and Paik 2003, 4.14, by bisection over the power", lambda r: groups(r) | {"alpha": r.choice([0.05, 0.01]), "power": r.choice([0.8, 0.9])}, edges=group_edges, n=20)
def _(events_1, n_1, events_2, n_2, alpha, power):
    refuse_if(events_1 > n_1 or events_2 > n_2)
    p, q = events_1 / n_1, events_2 / n_2
    refuse_if(abs(p - q) < 3e-5)
    mean = (p + q) / 2
    reached = lambda n: scipy.stats.norm.cdf((abs(p - q) * math.sqrt(n) - scipy.stats.norm.isf(alpha / 2) * math.sqrt(2 * mean * (1 - mean))) / max(1e-12, math.sqrt(p * (1 - p) + q * (1 - q))))
    if reached(2) > power:
        return {"per_group": 2}
    size = scipy.optimize.brentq(lambda n: reached(n) - power, 1e-6, 1e10, xtol=1e-9)
    return {"per_group": math.ceil(size)} if abs(size - round(size)) > 1e-5 else {}


@oracle("minimum_detectable_effect", "statsmodels:power.NormalIndPower", {"n_1": whole(4, 900), "n_2": whole(4, 900), "alpha": one(0.05, 0.01, 0.1), "power": one(0.8, 0.9, 0.95)}, edges=[{"n_1": 1}, {"alpha": 0}], rel=1e-4)
def _(n_1, n_2, alpha, power):
    refuse_if(n_1 < 2 or alpha <= 0)
    # One-sided at half the level: the far tail's power is left out.
    return {"effect": NormalIndPower().solve_power(nobs1=n_1, alpha=alpha / 2, power=power, ratio=n_2 / n_1, alternative="larger")}


# References

GIVEN, SURNAMES = ["Ada", "Emil Otto", "Mira", "Jean", "Åsa", "Tomás"], ["Traerermark", "O'Neil", "Vellinga", "Smith-Kline", "Ørsted", "Wu"]
WORDS = "Ice Growth sea-level Markets in the of Kvallor and under Genes 2D a survey".split()


def article(r):
    title = [r.choice(["On", "The", "Modelling", "Ice", "A"])] + r.sample(WORDS, r.randint(1, 8))
    first = r.randint(1, 900)
    return {"authors": "; ".join(f"{r.choice(GIVEN)} {r.choice(SURNAMES)}" for _ in range(r.randint(1, 9))), "title": " ".join(title), "journal": r.choice(["Annals of Ice", "Kvallor Letters"]),
            "year": r.randint(1950, 2025), "volume": r.randint(1, 99), "first_page": first, "last_page": first + r.randint(0, 40)}


byline_edges = [{"authors": "Anonymous"}, {"authors": ""}, {"authors": "Ada Wu;"}]


def names(authors):
    found = [re.fullmatch(r"(.+)\s(\S+)", name.strip()) for name in authors.split(";")]
    refuse_if(None in found)
    return [([w[0].upper() for w in m[1].split()], m[2]) for m in found]


def byline(r):
    return {k: v for k, v in article(r).items() if k in ("authors", "year")}


@oracle("in_text_citation", "APA manual 7th edition, Chicago manual 17th edition, Cite Them Right 12th edition", lambda r: byline(r) | {"style": r.choice(["apa", "chicago", "harvard"])}, n=40, edges=byline_edges)
def _(authors, year, style):
    surnames = [s for _, s in names(authors)]
    n = len(surnames)
    if n >= (3 if style == "apa" else 4):
        who = surnames[0] + " et al."
    elif n == 1:
        who = surnames[0]
    elif n == 2:
        who = (" & " if style == "apa" else " and ").join(surnames)
    else:
        who = f"{surnames[0]}, {surnames[1]}{',' if style == 'chicago' else ''} and {surnames[2]}"
    return {"citation": f"({who}{' ' if style == 'chicago' else ', '}{year})"}


@oracle("bibtex_label", "alpha.bst of BibTeX 0.99, format.lab.names", byline, n=30, edges=byline_edges)
def _(authors, year):
    surnames = [s for _, s in names(authors)]
    head = surnames[0][:3] if len(surnames) == 1 else "".join(s[0] for s in surnames) if len(surnames) <= 4 else "".join(s[0] for s in surnames[:3]) + "+"
    return {"label": head + str(year)[-2:]}


@oracle("vancouver_locator", "Citing Medicine, 2nd edition, chapter 1", lambda r: {k: v for k, v in article(r).items() if k in ("year", "volume", "first_page", "last_page")}, n=30, edges=[{"first_page": 9, "last_page": 8}, {"first_page": 7, "last_page": 7}, {"first_page": 98, "last_page": 104}, {"first_page": 199, "last_page": 201}])
def _(year, volume, first_page, last_page):
    refuse_if(first_page > last_page)
    a, b = str(first_page), str(last_page)
    if len(a) == len(b):
        while b and a[0] == b[0]:
            a, b = a[1:], b[1:]
    return {"locator": f"{year};{volume}:{first_page}" + (f"-{b}" if b else "")}


STOP = set("a after among an and are as at between by during for from how in into is it its near not of on or over seen study that the their to under using via was what when why with without".split())


def words(title):
    return [w.strip("-") for w in re.findall(r"[^\W_]+(?:-+[^\W_]+)*", title.lower())]


@oracle("title_words", "python:collections.Counter", lambda r: {"titles": [article(r)["title"] for _ in range(r.randint(1, 12))]}, n=40, edges=[{"titles": []}, {"titles": ["Of the"]}, {"titles": ["Ice ice", "Sea", "Sea lanes"]}])
def _(titles):
    refuse_if(not titles)
    counted = collections.Counter(w for title in titles for w in set(words(title)))
    top = collections.Counter({w: n for w, n in counted.items() if w not in STOP}).most_common(2)
    refuse_if(not top or (len(top) > 1 and top[0][1] == top[1][1]))
    return {"top_word": top[0][0], "titles_with_it": top[0][1], "different_words": len(counted), "mean_words": sum(len(words(t)) for t in titles) / len(titles)}


def titles(r):
    return [article(r)["title"] for _ in range(r.randint(1, 12))]


@oracle("title_similarity", "scipy:spatial.distance.cosine, jaccard", {"first": titles, "second": titles}, n=20, edges=[{"first": []}, {"second": ["Of the"]}])
def _(first, second):
    a, b = (collections.Counter(w for t in ts for w in words(t) if w not in STOP) for ts in (first, second))
    refuse_if(not a or not b)
    vocabulary = sorted(a | b)
    x, y = (numpy.array([c[w] for w in vocabulary], float) for c in (a, b))
    return {"cosine": 1 - scipy.spatial.distance.cosine(x, y), "jaccard": 1 - scipy.spatial.distance.jaccard(x > 0, y > 0)}


# Identifiers


def isbn(r):
    stem = r.choice(["978", "979"]) + "".join(r.choice("0123456789") for _ in range(9))
    digits = stem + stdnum.ean.calc_check_digit(stem)
    kind = r.random()
    if kind < 0.2:
        i = r.randint(3, 12)
        digits = digits[:i] + r.choice("0123456789") + digits[i + 1:]
    return digits[:3] + "-" + digits[3:] if kind > 0.8 else digits


def valid(text):
    plain = re.sub("[- ]", "", text)
    return len(plain) == 13 and plain.isdecimal() and plain[:3] in ("978", "979") and stdnum.ean.is_valid(plain)


@oracle("isbn_audit", "python-stdnum:ean", lambda r: {"isbns": [isbn(r) for _ in range(r.randint(1, 15))]}, edges=[{"isbns": []}, {"isbns": ["12", "9770306406150"]}])
def _(isbns):
    refuse_if(not isbns)
    wrong = [i for i in isbns if not valid(i)]
    return {"invalid": len(wrong), "share": 100 * len(wrong) / len(isbns)} | ({"first_invalid": wrong[0]} if wrong else {})


@oracle("issn_barcode", "python-stdnum:ean", {"stem": letters("0123456789", 7, 7)}, edges=[{"stem": "0378-595"}, {"stem": "0378-5955"}, {"stem": "12345"}, {"stem": ""}])
def _(stem):
    stem = stem.replace("-", "")
    refuse_if(len(stem) != 7)
    base = f"977{stem}00"
    return {"ean": base + stdnum.ean.calc_check_digit(base)}


def orcid(r):
    stem = "0000000" + "".join(r.choice("0123456789") for _ in range(8))
    whole_id = stem + stdnum.iso7064.mod_11_2.calc_check_digit(stem)
    return "-".join(whole_id[i:i + 4] for i in range(0, 16, 4))


@oracle("orcid_pseudonym", "python:hashlib.sha256", {"orcid": orcid}, edges=[{"orcid": o} for o in ("0000-0002-1825-0098", "0000000218250097", "", "X", "0000-0002-1694-233X")])
def _(orcid):
    plain = orcid.replace("-", "")
    refuse_if(not re.fullmatch(r"(\d{4}-){3}\d{3}[\dX]", orcid) or not stdnum.iso7064.mod_11_2.is_valid(plain))
    return {"pseudonym": hashlib.sha256(orcid.encode()).hexdigest()[:16]}
