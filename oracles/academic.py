"""Academic: bibliometrics, effect sizes and tests, meta-analysis, two-by-two tables, readability, identifiers."""

import datetime
import math
from fractions import Fraction

import networkx
import numpy
import scipy.stats
import statsmodels.stats.meta_analysis
import statsmodels.stats.multitest
import stdnum.iso7064.mod_11_2
import stdnum.ean
import stdnum.issn
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import proportion_confint, proportions_ztest
from statsmodels.stats.contingency_tables import Table2x2

from golden import Domain, date, letters, log, many, num, one, refuse_if, whole

DOMAIN = Domain("academic")
oracle = DOMAIN.oracle

# Bibliometrics


def skewed(r):
    """Citation counts as they are distributed: many small, few large."""
    return [int(r.paretovariate(0.8)) - r.randint(0, 1) for _ in range(r.randint(1, 60))]


counts = {"citations": skewed}
count_edges = [{"citations": c} for c in ([], [0], [0, 0, 0], [1], [3, -1], [5] * 5, [4] * 5, [1000000, 0], [10, 9, 10])]


def refuse_counts(citations):
    refuse_if(not citations or min(citations) < 0)


@oracle("h_index", "Hirsch 2005, PNAS 102:16569, by trying every h", counts, edges=count_edges)
def h_index(citations):
    refuse_counts(citations)
    return {"h_index": max(h for h in range(len(citations) + 1) if sum(c >= h for c in citations) >= h)}


@oracle("g_index", "Egghe 2006, Scientometrics 69:131, by trying every g", counts, edges=count_edges)
def _(citations):
    refuse_counts(citations)
    top = sorted(citations, reverse=True)
    return {"g_index": max(g for g in range(len(top) + 1) if sum(top[:g]) >= g * g)}


@oracle("i10_index", "numpy:count_nonzero", counts, edges=count_edges)
def _(citations):
    refuse_counts(citations)
    return {"i10_index": numpy.count_nonzero(numpy.array(citations) >= 10)}


def dated(r):
    citations = skewed(r)
    return {"citations": citations, "years": [r.randint(1990, 2025) for _ in citations], "reference_year": 2025}


@oracle("ar_index", "Jin et al. 2007, Chinese Science Bulletin 52:855", dated,
        edges=[{"citations": [0, 0], "years": [2020, 2021]}, {"citations": [3], "years": [2026]}, {"citations": [3], "years": []}, {"citations": [], "years": []}, {"citations": [7], "years": [2025]}])
def _(citations, years, reference_year):
    refuse_counts(citations)
    refuse_if(len(citations) != len(years) or max(years) > reference_year)
    h = h_index(citations)["h_index"]
    core = sorted(zip(citations, years), key=lambda p: (-p[0], p[1]))[:h]
    return {"ar_index": math.sqrt(sum(Fraction(c, reference_year - y + 1) for c, y in core))}


@oracle("m_quotient", "Hirsch 2005, in exact fractions", {"h_index": whole(0, 90), "first_publication": whole(1950, 2024), "reference_year": one(2025, 2026)}, edges=[{"first_publication": 2025, "reference_year": 2025}, {"h_index": 0}])
def _(h_index, first_publication, reference_year):
    refuse_if(first_publication >= reference_year)
    return {"m_quotient": Fraction(h_index, reference_year - first_publication)}


@oracle("impact_factor", "Garfield 1972, Science 178:471, in exact fractions", {"citations": whole(0, 9000), "items": whole(1, 900)}, edges=[{"citations": 0}, {"items": 0}])
def _(citations, items):
    refuse_if(items < 1)
    return {"impact_factor": Fraction(citations, items)}


@oracle("relative_citation_rate", "Schubert and Braun 1986, Scientometrics 9:281, in exact fractions", {"citations": whole(0, 300), "reference_set": skewed}, edges=[{"reference_set": [0, 0]}, {"reference_set": []}, {"reference_set": [3, -1]}, {"citations": 0, "reference_set": [3]}])
def _(citations, reference_set):
    refuse_counts(reference_set)
    refuse_if(sum(reference_set) == 0)
    return {"relative_rate": citations / Fraction(sum(reference_set), len(reference_set))}


@oracle("reference_age", "numpy:median; share of references up to five years old after Price 1970", {"years": many(whole(1970, 2020), 1, 40), "reference_year": one(2020, 2023, 2025)}, edges=[{"years": []}, {"years": [2024], "reference_year": 2023}, {"years": [2020, 2015, 2014], "reference_year": 2020}])
def _(years, reference_year):
    refuse_if(not years or max(years) > reference_year)
    ages = reference_year - numpy.array(years)
    return {"price_index": 100 * (ages <= 5).mean(), "median_age": numpy.median(ages)}


@oracle("harmonic_authorship_credit", "Hagen 2008, PLoS ONE 3:e4021, in exact fractions", lambda r: {"authors": (n := r.randint(1, 40)), "position": r.randint(1, n)}, edges=[{"authors": 1, "position": 1}, {"authors": 3, "position": 4}, {"authors": 500, "position": 500}])
def _(position, authors):
    refuse_if(position > authors)
    return {"credit": Fraction(1, position) / sum(Fraction(1, i) for i in range(1, authors + 1))}


@oracle("grant_spending_rate", "python:datetime, with months of 30.4375 days", lambda r: {"amount": round(r.uniform(50, 5000), 1), "members": r.randint(1, 30), "start": date(2005, 2015)(r), "end": date(2016, 2028)(r)},
        edges=[{"start": "2020-01-01", "end": "2024-01-01"}, {"start": "2020-01-01", "end": "2020-01-01"}, {"start": "2020-01-02", "end": "2020-01-01"}, {"amount": 0}])
def _(amount, members, start, end):
    days = (datetime.date.fromisoformat(end) - datetime.date.fromisoformat(start)).days
    refuse_if(days <= 0)
    return {"rate": 1000 * Fraction(str(amount)) / members / (days / Fraction("30.4375"))}


def overlapping(r):
    names = [f"Paper {i}" for i in range(r.randint(2, 30))]
    draw = lambda: [r.choice(names) for _ in range(r.randint(1, 25))]
    return {"first": draw(), "second": draw()}


overlap_edges = [{"first": [], "second": ["A"]}, {"first": ["A"], "second": ["B"]}, {"first": ["A", "B"], "second": ["B", "A", "A"]}, {"first": ["A", "A"], "second": ["A", "B"]}]


def graph(first, second):
    """The bipartite graph of two lists and their members."""
    refuse_if(not first or not second or set(first) == set(second))
    g = networkx.Graph([("first*", m) for m in first] + [("second*", m) for m in second])
    shared = len(list(networkx.common_neighbors(g, "first*", "second*")))
    return g, shared


@oracle("jaccard_similarity_of_papers", "networkx:jaccard_coefficient", overlapping, edges=overlap_edges)
def _(first, second):
    g, _shared = graph(first, second)
    return {"similarity": next(networkx.jaccard_coefficient(g, [("first*", "second*")]))[2]}


@oracle("bibliographic_coupling", "networkx:common_neighbors, with Salton's cosine", overlapping, edges=overlap_edges)
def _(first, second):
    g, shared = graph(first, second)
    return {"shared": shared, "strength": shared / math.sqrt(g.degree("first*") * g.degree("second*"))}


@oracle("author_overlap", "networkx:common_neighbors, over the smaller degree", overlapping, edges=overlap_edges)
def _(first, second):
    g, shared = graph(first, second)
    return {"overlap": Fraction(shared, min(g.degree("first*"), g.degree("second*")))}


# Effect sizes and tests of means

two_groups = {"mean_1": num(-50, 200), "sd_1": num(0.5, 40), "n_1": whole(2, 400), "mean_2": num(-50, 200), "sd_2": num(0.5, 40), "n_2": whole(2, 400)}
close_groups = lambda r: {"mean_1": 100.0, "sd_1": num(5, 20)(r), "n_1": r.randint(3, 300), "mean_2": round(100 + r.gauss(0, 3), 2), "sd_2": num(5, 20)(r), "n_2": r.randint(3, 300)}
group_edges = [
    {"sd_1": 0, "sd_2": 0},
    {"sd_1": 0},
    {"mean_1": 5, "mean_2": 5},
    {"n_1": 2, "n_2": 2},
    {"n_1": 10_000_000, "n_2": 10_000_000, "mean_1": 100.001, "mean_2": 100, "sd_1": 5, "sd_2": 5},
    {"n_1": 10_000_000, "n_2": 10_000_000, "mean_1": 100.01, "mean_2": 100, "sd_1": 5, "sd_2": 5},
    {"n_1": 1_000_000, "n_2": 1_000_000, "mean_1": 100.02, "mean_2": 100, "sd_1": 5, "sd_2": 5},
    {"n_1": 1_000_000, "n_2": 1_000_000, "mean_1": 100.2, "mean_2": 100, "sd_1": 5, "sd_2": 5},
    {"n_1": 40_000, "n_2": 40_000, "mean_1": 100.1, "mean_2": 100, "sd_1": 5, "sd_2": 5},
    {"n_1": 40_000, "n_2": 40_000, "mean_1": 99, "mean_2": 100, "sd_1": 5, "sd_2": 5},
    {"n_1": 20, "n_2": 20, "mean_1": 99, "mean_2": 1000, "sd_1": 5, "sd_2": 5},
    {"n_1": 100_000, "n_2": 50_000, "mean_1": 100.02, "mean_2": 100, "sd_1": 5, "sd_2": 7},
    {"n_1": 5000, "n_2": 4000, "mean_1": 100.2, "mean_2": 100, "sd_1": 5, "sd_2": 7},
]


def students_t(mean_1, sd_1, n_1, mean_2, sd_2, n_2):
    refuse_if(sd_1 == sd_2 == 0)
    return scipy.stats.ttest_ind_from_stats(mean_1, sd_1, n_1, mean_2, sd_2, n_2).statistic * math.sqrt(1 / n_1 + 1 / n_2)


@oracle("cohens_d", "scipy:stats.ttest_ind_from_stats, d = t sqrt(1/n1 + 1/n2)", close_groups, edges=group_edges)
def _(**g):
    return {"d": students_t(**g)}


@oracle("hedges_g", "scipy:stats.ttest_ind_from_stats, with the correction of Hedges 1981", close_groups, edges=group_edges)
def _(**g):
    df = g["n_1"] + g["n_2"] - 2
    return {"g": students_t(**g) * (1 - 3 / (4 * df - 1))}


@oracle("welch_t_test", "scipy:stats.ttest_ind_from_stats(equal_var=False)", close_groups, edges=group_edges, rel=2e-7, abs_=1e-300, n=30)
def _(mean_1, sd_1, n_1, mean_2, sd_2, n_2):
    refuse_if(sd_1 == sd_2 == 0)
    test = scipy.stats.ttest_ind_from_stats(mean_1, sd_1, n_1, mean_2, sd_2, n_2, equal_var=False)
    v1, v2 = sd_1**2 / n_1, sd_2**2 / n_2
    return {"t": test.statistic, "df": (v1 + v2) ** 2 / (v1**2 / (n_1 - 1) + v2**2 / (n_2 - 1)), "p": test.pvalue}


@oracle("effect_size_equivalents", "scipy:stats.norm.cdf; r = d / sqrt(d² + 4), Cohen 1988", {"effect": num(-3, 3)}, edges=[{"effect": 0}, {"effect": -10}, {"effect": 10}])
def _(effect):
    return {"correlation": math.sin(math.atan(effect / 2)), "superiority": 100 * scipy.stats.norm.cdf(effect / math.sqrt(2))}


@oracle("sample_size_two_means", "statsmodels:NormalIndPower.solve_power", {"effect": num(0.1, 1.6), "alpha": one(0.01, 0.05, 0.1, 0.001), "power": one(0.8, 0.9, 0.95, 0.99)},
        edges=[{"effect": 0}, {"effect": -0.35}, {"effect": 3}, {"alpha": 1e-9, "effect": 0.5}, {"power": 0.9999, "effect": 0.3}], rel=0, n=30)
def _(effect, alpha, power):
    refuse_if(effect == 0)
    # One tail at alpha / 2: the textbook formula leaves the power of the far tail out.
    n = NormalIndPower().solve_power(abs(effect), alpha=alpha / 2, power=power, alternative="larger")
    return {"per_group": math.ceil(n)}


@oracle("mean_confidence_half_width", "scipy:stats.t.interval", {"sd": num(0.5, 40), "n": whole(2, 900), "confidence": one(50, 80, 90, 95, 99, 99.9)},
        edges=[{"sd": 0}, {"n": 2, "confidence": 99.99}, {"n": 3}, {"n": 10_000_000}, {"n": 100_000}, {"n": 5000}], rel=2e-7)
def _(sd, n, confidence):
    if sd == 0:
        return {"half_width": 0}
    return {"half_width": scipy.stats.t.interval(confidence / 100, n - 1, scale=sd / math.sqrt(n))[1]}


@oracle("multiple_testing_threshold", "statsmodels:multitest.multipletests", {"tests": whole(1, 300), "alpha": one(0.05, 0.01, 0.1, 0.001)}, edges=[{"tests": 1}, {"tests": 10_000_000}])
def _(tests, alpha):
    if tests > 1000:
        return {"bonferroni": alpha / tests, "sidak": -math.expm1(math.log1p(-alpha) / tests)}
    _, _, sidak, bonferroni = statsmodels.stats.multitest.multipletests([0.5] * tests, alpha)
    return {"bonferroni": bonferroni, "sidak": sidak}


def studies(r):
    k = r.randint(2, 15)
    return {"effects": [round(r.gauss(0.3, 0.4), 3) for _ in range(k)], "standard_errors": [round(r.uniform(0.05, 0.5), 3) for _ in range(k)]}


study_edges = [{"effects": [0.2], "standard_errors": [0.1]}, {"effects": [0.2, 0.3], "standard_errors": [0.1]}, {"effects": [0.2, 0.3], "standard_errors": [0.1, 0]}, {"effects": [0.2, 0.2, 0.2], "standard_errors": [0.1, 0.2, 0.3]}, {"effects": [0.2, 0.3], "standard_errors": [0.1, -0.2]}]


def combined(effects, standard_errors):
    refuse_if(len(effects) != len(standard_errors) or len(effects) < 2 or min(standard_errors) <= 0)
    result = statsmodels.stats.meta_analysis.combine_effects(numpy.array(effects), numpy.square(standard_errors), method_re="dl")
    return result, result.summary_frame()


COMBINE = "statsmodels:meta_analysis.combine_effects"


@oracle("fixed_effect_meta_analysis", COMBINE, studies, edges=study_edges)
def _(effects, standard_errors):
    result, frame = combined(effects, standard_errors)
    return {"effect": frame.eff["fixed effect"], "standard_error": frame.sd_eff["fixed effect"], "q": result.q, "i_squared": 100 * max(0, result.i2)}


@oracle("random_effects_meta_analysis", COMBINE + "(method_re=dl)", studies, edges=study_edges)
def _(effects, standard_errors):
    result, frame = combined(effects, standard_errors)
    # DerSimonian and Laird truncate a negative estimate to zero, which the library leaves to its caller.
    if result.tau2 <= 0:
        return {"effect": frame.eff["fixed effect"], "standard_error": frame.sd_eff["fixed effect"], "tau_squared": 0}
    return {"effect": frame.eff["random effect"], "standard_error": frame.sd_eff["random effect"], "tau_squared": result.tau2}


def ranked_pairs(r):
    n = r.randint(3, 30)
    return {"x": [r.randint(0, 12) for _ in range(n)], "y": [r.randint(0, 12) for _ in range(n)]}


@oracle("kendall_rank_correlation", "scipy:stats.kendalltau", ranked_pairs, edges=[{"x": [1, 2], "y": [1, 2]}, {"x": [1, 1, 1], "y": [1, 2, 3]}, {"x": [1, 2, 3], "y": [1, 2]}, {"x": [1, 2, 3], "y": [3, 2, 1]}])
def _(x, y):
    refuse_if(len(x) != len(y) or len(x) < 3 or len(set(x)) == 1 or len(set(y)) == 1)
    return {"tau": scipy.stats.kendalltau(x, y).statistic}


# Two-by-two tables


def arms(r):
    n1, n2 = r.randint(5, 900), r.randint(5, 900)
    return {"events_1": r.randint(0, n1), "n_1": n1, "events_2": r.randint(0, n2), "n_2": n2}


def arm(a, b, c, d):
    return {"events_1": a, "n_1": b, "events_2": c, "n_2": d}


arm_edges = [arm(0, 9, 0, 9), arm(9, 9, 9, 9), arm(10, 9, 1, 9), arm(1, 9, 10, 9), arm(5, 10, 5, 10), arm(0, 10, 3, 10), arm(10, 10, 3, 10), arm(3, 10, 0, 10), arm(4_000_000, 9_000_000, 4_000_900, 9_000_000)]


@oracle("two_proportion_z_test", "statsmodels:proportions_ztest", arms, edges=arm_edges)
def _(events_1, n_1, events_2, n_2):
    refuse_if(events_1 > n_1 or events_2 > n_2 or events_1 + events_2 in (0, n_1 + n_2))
    z, p = proportions_ztest([events_1, events_2], [n_1, n_2])
    return {"difference": 100 * (Fraction(events_1, n_1) - Fraction(events_2, n_2)), "z": z, "p": p}


@oracle("chi_square_yates", "scipy:stats.chi2_contingency(correction=True)", arms, edges=arm_edges)
def _(events_1, n_1, events_2, n_2):
    refuse_if(events_1 > n_1 or events_2 > n_2 or events_1 + events_2 in (0, n_1 + n_2))
    test = scipy.stats.chi2_contingency([[events_1, n_1 - events_1], [events_2, n_2 - events_2]], correction=True)
    return {"chi_square": test.statistic, "p": test.pvalue}


@oracle("odds_and_risk_ratio", "statsmodels:Table2x2", arms, edges=arm_edges)
def _(events_1, n_1, events_2, n_2):
    refuse_if(events_1 > n_1 or events_2 > n_2 or events_2 == 0 or events_1 == n_1)
    table = Table2x2([[events_1, n_1 - events_1], [events_2, n_2 - events_2]], shift_zeros=False)
    return {"odds_ratio": table.oddsratio, "risk_ratio": table.riskratio}


@oracle("acceptance_rate_interval", "statsmodels:proportion_confint(method=wilson)", lambda r: {"received": (n := r.randint(1, 3000)), "accepted": r.randint(0, n)}, edges=[{"accepted": 0, "received": 9}, {"accepted": 9, "received": 9}, {"accepted": 10, "received": 9}, {"accepted": 81, "received": 263}])
def _(accepted, received):
    refuse_if(accepted > received)
    lower, upper = proportion_confint(accepted, received, method="wilson")
    return {"rate": 100 * Fraction(accepted, received), "lower": 100 * lower, "upper": 100 * upper}


@oracle("cohens_kappa", "statsmodels:inter_rater.cohens_kappa", {"both_yes": whole(0, 200), "only_first": whole(0, 60), "only_second": whole(0, 60), "both_no": whole(0, 400)},
        edges=[dict(both_yes=0, only_first=0, only_second=0, both_no=0), dict(both_yes=9, only_first=0, only_second=0, both_no=0), dict(both_yes=9, only_first=0, only_second=0, both_no=4), dict(both_yes=0, only_first=5, only_second=6, both_no=0)])
def _(both_yes, only_first, only_second, both_no):
    n = both_yes + only_first + only_second + both_no
    refuse_if(n in (0, both_yes, both_no))
    agreement = Fraction(both_yes + both_no, n)
    kappa = cohens_kappa([[both_yes, only_first], [only_second, both_no]], return_results=False)
    return {"agreement": 100 * agreement, "kappa": kappa, "pabak": 2 * agreement - 1}


def confusion(tp, fp, fn, tn):
    return {"true_positives": tp, "false_positives": fp, "false_negatives": fn, "true_negatives": tn}


screened = lambda r: confusion(r.randint(1, 300), r.randint(0, 900), r.randint(0, 60), r.randint(0, 9000))
confusion_edges = [confusion(0, 5, 5, 90), confusion(5, 5, 0, 0), confusion(10, 90, 0, 0), confusion(0, 5, 0, 5), confusion(5, 0, 0, 5), confusion(0, 0, 0, 0), confusion(3, 0, 0, 0), confusion(0, 6, 7, 0)]


@oracle("screening_precision_recall", "van Rijsbergen 1979, in exact fractions", screened, edges=confusion_edges)
def _(true_positives, false_positives, false_negatives, true_negatives):
    refuse_if(true_positives == 0)
    p, r = Fraction(true_positives, true_positives + false_positives), Fraction(true_positives, true_positives + false_negatives)
    return {"precision": 100 * p, "recall": 100 * r, "f1": 2 * p * r / (p + r)}


@oracle("screening_matthews_correlation", "numpy:cov of the two indicator variables, weighted by the cells", screened, edges=confusion_edges)
def _(true_positives, false_positives, false_negatives, true_negatives):
    cells = [true_positives, false_positives, false_negatives, true_negatives]
    refuse_if(0 in (cells[0] + cells[1], cells[0] + cells[2], cells[1] + cells[3], cells[2] + cells[3]))
    c = numpy.cov([1, 1, 0, 0], [1, 0, 1, 0], fweights=cells)
    return {"mcc": c[0, 1] / math.sqrt(c[0, 0] * c[1, 1])}


@oracle("work_saved_over_sampling", "Cohen, Hersh, Peterson, Yen 2006, JAMIA 13:206, in exact fractions", screened, edges=confusion_edges)
def _(true_positives, false_positives, false_negatives, true_negatives):
    refuse_if(true_positives + false_negatives == 0)
    n = true_positives + false_positives + false_negatives + true_negatives
    recall = Fraction(true_positives, true_positives + false_negatives)
    return {"saving": 100 * (Fraction(true_negatives + false_negatives, n) - (1 - recall))}


# Texts


def text(r):
    sentences = r.randint(1, 40)
    words = sentences * r.randint(5, 30) + r.randint(0, 9)
    return {"words": words, "sentences": sentences, "syllables": int(words * r.uniform(1.2, 2.2)), "complex_words": int(words * r.uniform(0, 0.4))}


text_edges = [
    {"words": 100, "sentences": 5, "syllables": 90},
    {"words": 4, "sentences": 5, "syllables": 9, "complex_words": 0},
    {"words": 4, "sentences": 1, "syllables": 9, "complex_words": 5},
    {"words": 1, "sentences": 1, "syllables": 1, "complex_words": 0},
]


def text_tool(tool, source, key, value):
    @oracle(tool, source, text, edges=text_edges)
    def _(words, sentences, syllables, complex_words):
        refuse_if(sentences > words or syllables < words or complex_words > words)
        return {key: value(Fraction(words, sentences), Fraction(syllables, words), Fraction(complex_words, words))}


text_tool("flesch_reading_ease", "Flesch 1948, J. Appl. Psychol. 32:221, in exact fractions", "score", lambda length, syllables, _: Fraction("206.835") - Fraction("1.015") * length - Fraction("84.6") * syllables)
text_tool("flesch_kincaid_grade", "Kincaid et al. 1975, in exact fractions", "grade", lambda length, syllables, _: Fraction("0.39") * length + Fraction("11.8") * syllables - Fraction("15.59"))
text_tool("gunning_fog", "Gunning 1952, in exact fractions", "grade", lambda length, _, complex_: Fraction("0.4") * (length + 100 * complex_))


@oracle("lexical_richness", "Guiraud 1954", lambda r: {"words": (w := r.randint(1, 9000)), "distinct_words": r.randint(1, w)}, edges=[{"words": 90, "distinct_words": 144}, {"words": 1, "distinct_words": 1}])
def _(words, distinct_words):
    refuse_if(distinct_words > words)
    return {"type_token_ratio": Fraction(distinct_words, words), "guiraud": distinct_words * words**-0.5}


@oracle("reading_time", "words over speed, in exact fractions", {"words": whole(1, 90_000), "speed": num(20, 900, 1)}, edges=[{"speed": 238}])
def _(words, speed):
    return {"minutes": words / Fraction(str(speed))}


# Identifiers


def stem(length, *groups):
    def draw(r):
        digits = letters("0123456789", length, length)(r)
        if groups and r.random() < 0.5:
            parts, start = [], 0
            for end in (*groups, length):
                parts.append(digits[start:end])
                start = end
            return "-".join(parts)
        return digits

    return {"stem": draw}


bad_stems = [{"stem": s} for s in ("", "123", "12345678901234567890", "12345x", "١٢٣٤٥٦٧")]


@oracle("isbn13_check_digit", "python-stdnum:isbn", stem(12, 3, 4, 8), edges=bad_stems + [{"stem": "978030640615"}, {"stem": "978-0-306-40615"}, {"stem": "978 0 306 40615"}], n=30)
def _(stem):
    digits = stem.replace("-", "").replace(" ", "")
    refuse_if(len(digits) != 12 or not digits.isascii() or not digits.isdecimal())
    check = stdnum.ean.calc_check_digit(digits)
    return {"check_digit": check, "isbn": digits + check}


@oracle("issn_check_digit", "python-stdnum:issn", stem(7, 4), edges=bad_stems[:4] + [{"stem": "0378595"}, {"stem": "2434561"}], n=40)
def _(stem):
    digits = stem.replace("-", "")
    refuse_if(len(digits) != 7 or not digits.isdecimal())
    check = stdnum.issn.calc_check_digit(digits)
    return {"check_digit": check, "issn": stdnum.issn.format(digits + check)}


@oracle("orcid_check_digit", "python-stdnum:iso7064.mod_11_2", stem(15, 4, 8, 12), edges=bad_stems[:4] + [{"stem": "000000021694233"}, {"stem": "0000-0002-1825-009"}], n=40)
def _(stem):
    digits = stem.replace("-", "")
    refuse_if(len(digits) != 15 or not digits.isdecimal())
    whole_ = digits + stdnum.iso7064.mod_11_2.calc_check_digit(digits)
    return {"check_digit": whole_[-1], "orcid": "-".join(whole_[i:i + 4] for i in range(0, 16, 4))}
