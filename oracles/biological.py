"""Biological: sequences, primers, proteins, phylogeny, genetics, kinetics, laboratory, growth, ecology."""

import math
import re
from fractions import Fraction

import Bio.Restriction
import numpy
import pint
import scipy.integrate
import scipy.optimize
import scipy.stats
from Bio.Seq import Seq
from Bio.SeqUtils import GC_skew, MeltingTemp, gc_fraction, molecular_weight
from Bio.SeqUtils.ProtParam import ProteinAnalysis

from golden import Domain, letters, log, many, num, one, refuse_if, whole

DOMAIN = Domain("biological")
oracle = DOMAIN.oracle

units = pint.UnitRegistry()
Q = units.Quantity

# Sequences

AMINO = "ACDEFGHIKLMNPQRSTVWY"
NAMES = dict(zip("ARNDCEQGHILKMFPSTWYV", "alanine arginine asparagine aspartate cysteine glutamate glutamine glycine histidine isoleucine leucine lysine methionine phenylalanine proline serine threonine tryptophan tyrosine valine".split()))
CODES = {name: code for code, name in NAMES.items()}


def dna(low, high):
    return {"sequence": letters("ACGT", low, high)}


protein = {"sequence": letters(AMINO, 1, 120)}
bad_dna = [{"sequence": s} for s in ("", "ACGU", "ACGN", "ÅCGT", "12")]
bad_protein = [{"sequence": s} for s in ("", "MKB", "M*K", "MKΔ")]
short = [{"sequence": s} for s in ("G", "acgtgc", "  ACGT ", "AAAA")]


def clean(sequence, alphabet, least=1):
    text = sequence.strip().upper()
    refuse_if(set(text) - set(alphabet) or len(text) < least)
    return text


@oracle("gc_content", "biopython:SeqUtils.gc_fraction", dna(1, 200), edges=bad_dna + short)
def _(sequence):
    return {"gc_percent": 100 * gc_fraction(clean(sequence, "ACGT"))}


@oracle("base_composition", "biopython:SeqUtils.GC_skew", dna(4, 90), edges=bad_dna + short)
def _(sequence):
    text = clean(sequence, "ACGT")
    refuse_if(not set(text) & {"G", "C"})
    bases = {name: Seq(text).count(base) for name, base in zip(("adenine", "cytosine", "guanine", "thymine"), "ACGT")}
    return {**bases, "gc_skew": GC_skew(text, window=len(text))[0]}


@oracle("cpg_ratio", "Gardiner-Garden and Frommer 1987, J. Mol. Biol. 196:261", dna(20, 300), edges=bad_dna + [{"sequence": "CCCC"}, {"sequence": "CGCGCG"}, {"sequence": "GC"}])
def _(sequence):
    text = clean(sequence, "ACGT", 2)
    refuse_if(not {"G", "C"} <= set(text))
    pairs = sum(a + b == "CG" for a, b in zip(text, text[1:]))
    return {"cpg_ratio": Fraction(pairs * len(text), text.count("C") * text.count("G"))}


# The library adds a 5' phosphate (PO3H); the tools state the customary rounded sums.
PHOSPHATE = 79.97990


@oracle("dna_molecular_weight", "biopython:SeqUtils.molecular_weight, less the 5' phosphate", dna(1, 80), edges=bad_dna + short, rel=1e-4)
def _(sequence):
    return {"molecular_weight_da": molecular_weight(clean(sequence, "ACGT"), "DNA") - PHOSPHATE}


@oracle("rna_molecular_weight", "Kibbe 2007 (OligoCalc): 329.21 A + 306.17 U + 305.18 C + 345.21 G + 159.0", {"sequence": letters("ACGU", 1, 80)}, edges=[{"sequence": "ACGT"}, {"sequence": ""}, {"sequence": "augc"}], rel=1e-4)
def _(sequence):
    text = clean(sequence, "ACGU")
    return {"molecular_weight_da": 159.0 + sum({"A": 329.21, "U": 306.17, "C": 305.18, "G": 345.21}[b] for b in text)}


@oracle("reverse_complement", "biopython:Seq.reverse_complement", dna(1, 60), edges=bad_dna + short)
def _(sequence):
    return {"reverse_complement": str(Seq(clean(sequence, "ACGT")).reverse_complement())}


@oracle("transcribe_dna", "biopython:Seq.transcribe", dna(1, 60), edges=bad_dna + short)
def _(sequence):
    return {"rna": str(Seq(clean(sequence, "ACGT")).transcribe())}


@oracle("translate_dna", "biopython:Seq.translate(to_stop=True)", dna(3, 150), edges=bad_dna + [{"sequence": s} for s in ("TAA", "AT", "ATGTGA", "ATGTAGATG", "TTATTGTCTACTGCTGGTCCTAATCAT")], n=25)
def _(sequence):
    text = clean(sequence, "ACGT", 3)
    product = str(Seq(text[: len(text) // 3 * 3]).translate(to_stop=True))
    refuse_if(not product)
    return {"protein": product}


@oracle("codon_count", "biopython:Seq.translate", {"sequence": letters("ACGT", 3, 300), "amino_acid": one(*CODES)}, edges=[{"sequence": "AC"}, {"sequence": "TAATAGTGA"}], n=30)
def _(sequence, amino_acid):
    text = clean(sequence, "ACGT", 3)
    return {"codons": str(Seq(text[: len(text) // 3 * 3]).translate()).count(CODES[amino_acid])}


ENZYMES = ("EcoRI", "BamHI", "HindIII", "AluI", "HaeIII", "MboI", "TaqI", "MspI", "RsaI", "HhaI", "MseI", "NlaIII")


@oracle("restriction_site_count", "biopython:Restriction (REBASE)", lambda r: {"sequence": letters("ACGT", 20, 600)(r), "restriction_enzyme": r.choice(ENZYMES)},
        edges=[{"restriction_enzyme": e} for e in ENZYMES], n=30)
def _(sequence, restriction_enzyme):
    # Recognition sites, whether or not both strands' cuts fall inside the sequence.
    site = getattr(Bio.Restriction, restriction_enzyme).site
    return {"sites": len(re.findall(f"(?={site})", clean(sequence, "ACGT")))}


@oracle("longest_orf_length", "every reading from an ATG, translated by biopython 1.88", dna(3, 400), edges=bad_dna + [{"sequence": s} for s in ("ATGAAATTT", "ATGTAA", "CCATGAAATTTTAGCC", "ATGATGTAAATGAAAAAATGA")], n=25)
def _(sequence):
    text = clean(sequence, "ACGT", 3)
    lengths = [0]
    for start in (m.start() for m in re.finditer("(?=ATG)", text)):
        frame = text[start:]
        product = str(Seq(frame[: len(frame) // 3 * 3]).translate())
        if "*" in product:
            lengths.append(3 * (product.index("*") + 1))
    return {"orf_nt": max(lengths)}


@oracle("wallace_melting_temperature", "biopython:MeltingTemp.Tm_Wallace", dna(6, 20), edges=bad_dna + [{"sequence": "ACGTA"}, {"sequence": "A" * 21}])
def _(sequence):
    text = clean(sequence, "ACGT", 6)
    refuse_if(len(text) > 20)
    return {"melting_c": MeltingTemp.Tm_Wallace(text)}


@oracle("marmur_doty_melting_temperature", "Kibbe 2007 (OligoCalc): 64.9 + 41 (G + C - 16.4) / N", dna(14, 70), edges=bad_dna + [{"sequence": "A" * 13}, {"sequence": "A" * 71}])
def _(sequence):
    text = clean(sequence, "ACGT", 14)
    refuse_if(len(text) > 70)
    return {"melting_c": Fraction("64.9") + 41 * (text.count("G") + text.count("C") - Fraction("16.4")) / len(text)}


@oracle("salt_adjusted_melting_temperature", "biopython:MeltingTemp.Tm_GC(userset=(81.5, 0.41, 675, 1), saltcorr=2)", {"sequence": letters("ACGT", 14, 90), "sodium_mm": num(10, 1000, 1)}, edges=[{"sodium_mm": 1000}, {"sodium_mm": 1}, {"sequence": "A" * 13}])
def _(sequence, sodium_mm):
    text = clean(sequence, "ACGT", 14)
    return {"melting_c": 81.5 + 0.41 * 100 * gc_fraction(text) - 675 / len(text) + MeltingTemp.salt_correction(Na=sodium_mm, method=1)}


# Proteins


@oracle("protein_molecular_weight", "biopython:ProteinAnalysis.molecular_weight", protein, edges=bad_protein + [{"sequence": "G"}, {"sequence": "drvyihpf"}, {"sequence": AMINO}], rel=2e-5)
def _(sequence):
    return {"molecular_weight_da": ProteinAnalysis(clean(sequence, AMINO)).molecular_weight()}


@oracle("gravy_hydropathy", "biopython:ProteinAnalysis.gravy", protein, edges=bad_protein + [{"sequence": c} for c in AMINO])
def _(sequence):
    return {"gravy": ProteinAnalysis(clean(sequence, AMINO)).gravy()}


@oracle("aliphatic_index", "Ikai 1980, J. Biochem. 88:1895, over biopython's amino acid percentages", protein, edges=bad_protein + [{"sequence": "GGG"}])
def _(sequence):
    share = ProteinAnalysis(clean(sequence, AMINO)).amino_acids_percent
    scale = 100 / sum(share.values())
    return {"aliphatic_index": scale * (share["A"] + 2.9 * share["V"] + 3.9 * (share["I"] + share["L"]))}


@oracle("extinction_coefficient", "biopython:ProteinAnalysis.molar_extinction_coefficient, reduced", protein, edges=bad_protein + [{"sequence": "CC"}])
def _(sequence):
    return {"extinction": ProteinAnalysis(clean(sequence, AMINO)).molar_extinction_coefficient()[0]}


@oracle("aromaticity", "biopython:ProteinAnalysis.aromaticity", protein, edges=bad_protein + [{"sequence": "FWY"}, {"sequence": "G"}])
def _(sequence):
    return {"aromatic_percent": 100 * ProteinAnalysis(clean(sequence, AMINO)).aromaticity()}


@oracle("residue_count", "biopython:ProteinAnalysis.count_amino_acids", {"sequence": letters(AMINO, 1, 120), "amino_acid": one(*CODES)}, edges=[{"amino_acid": n} for n in CODES])
def _(sequence, amino_acid):
    return {"residues": ProteinAnalysis(clean(sequence, AMINO)).count_amino_acids()[CODES[amino_acid]]}


@oracle("tryptic_digest", "the rule of Keil 1992 as a regular expression", {"sequence": letters(AMINO + "KRP", 1, 120)}, edges=bad_protein + [{"sequence": s} for s in ("K", "KK", "KP", "RPK", "GGG")], n=25)
def _(sequence):
    peptides = [p for p in re.split(r"(?<=[KR])(?!P)", clean(sequence, AMINO)) if p]
    return {"peptides": len(peptides), "longest": max(map(len, peptides))}


# EMBOSS 6 data file Epk.dat.
POSITIVE = {"K": 10.8, "R": 12.5, "H": 6.5}
NEGATIVE = {"D": 3.9, "E": 4.1, "C": 8.5, "Y": 10.1}


def charge(text, ph):
    held = lambda pka: 10.0**-ph / (10.0**-ph + 10.0**-pka)
    plus = held(8.6) + sum(text.count(c) * held(pka) for c, pka in POSITIVE.items())
    minus = 1 - held(3.6) + sum(text.count(c) * (1 - held(pka)) for c, pka in NEGATIVE.items())
    return plus - minus


@oracle("isoelectric_point", "EMBOSS pKa values, solved by scipy.optimize.brentq", protein, edges=bad_protein + [{"sequence": "K" * 60}, {"sequence": "D" * 60}, {"sequence": "G"}], n=30, rel=0, abs_=0.0051)
def _(sequence):
    text = clean(sequence, AMINO)
    return {"isoelectric_point": scipy.optimize.brentq(lambda ph: charge(text, ph), 0, 14, xtol=1e-12)}


@oracle("net_charge", "EMBOSS pKa values, from the law of mass action", {"sequence": letters(AMINO, 1, 120), "ph": num(0, 14)}, edges=[{"ph": 0}, {"ph": 14}, {"ph": 7}], rel=6e-5, abs_=1e-6, n=25)
def _(sequence, ph):
    return {"charge": charge(clean(sequence, AMINO), ph)}


# Phylogeny


def aligned(r):
    a = letters("ACGT", 10, 120)(r)
    rate = r.choice((0.02, 0.1, 0.25, 0.5))
    return {"sequence_a": a, "sequence_b": "".join(r.choice("ACGT") if r.random() < rate else c for c in a)}


pair_edges = [dict(sequence_a=a, sequence_b=b) for a, b in (("ACGT", "ACG"), ("", ""), ("AAAA", "AAAA"), ("AAAA", "CCCC"), ("AAAA", "GGGG"), ("acgt", "ACGA"), ("AAAN", "AAAA"))]
PURINES = {"A", "G"}


def compared(a, b):
    a, b = clean(a, "ACGT"), clean(b, "ACGT")
    refuse_if(len(a) != len(b))
    transitions = sum(x != y and (x in PURINES) == (y in PURINES) for x, y in zip(a, b))
    transversions = sum((x in PURINES) != (y in PURINES) for x, y in zip(a, b))
    return len(a), transitions, transversions


@oracle("dna_hamming_distance", "scipy:spatial.distance.hamming", aligned, edges=pair_edges)
def _(sequence_a, sequence_b):
    import scipy.spatial.distance

    n, _, _ = compared(sequence_a, sequence_b)
    share = scipy.spatial.distance.hamming(list(sequence_a.upper()), list(sequence_b.upper()))
    return {"differences": round(share * n), "p_distance": share}


@oracle("jukes_cantor_distance", "Jukes and Cantor 1969: the rate matrix's exponential by scipy.linalg.expm, solved for the time", aligned, edges=pair_edges, rel=1e-6, n=25)
def _(sequence_a, sequence_b):
    import scipy.linalg

    n, s, v = compared(sequence_a, sequence_b)
    p = (s + v) / n
    refuse_if(p >= 0.75 - 1e-12)
    rates = (numpy.ones((4, 4)) / 3 - numpy.eye(4) * 4 / 3)
    differing = lambda t: 1 - scipy.linalg.expm(rates * t)[0, 0]
    return {"distance": scipy.optimize.brentq(lambda t: differing(t) - p, 0, 50, xtol=1e-14) if p else 0}


@oracle("kimura_distance", "Kimura 1980, J. Mol. Evol. 16:111, equation 10", aligned, edges=pair_edges, n=25)
def _(sequence_a, sequence_b):
    n, s, v = compared(sequence_a, sequence_b)
    first, second = 1 - Fraction(2 * s + v, n), 1 - Fraction(2 * v, n)
    refuse_if(first <= 0 or second <= 0)
    return {"distance": -math.log(first) / 2 - math.log(second) / 4, "transitions": s, "transversions": v}


# Genetics and expression

genotypes = {"hom_ref": whole(0, 900), "het": whole(0, 900), "hom_alt": whole(0, 300)}


def site(a, b, c):
    return {"hom_ref": a, "het": b, "hom_alt": c}


site_edges = [site(0, 0, 0), site(-1, 5, 5), site(9, 0, 0), site(0, 0, 9), site(0, 9, 0), site(1469, 138, 5), site(25, 50, 25), site(5, 0, 5)]


def alleles(hom_ref, het, hom_alt, both=False):
    n = hom_ref + het + hom_alt
    refuse_if(min(hom_ref, het, hom_alt) < 0 or n == 0)
    p = Fraction(2 * hom_ref + het, 2 * n)
    refuse_if(both and p in (0, 1))
    return n, p


@oracle("allele_frequencies", "gene counting in exact fractions", genotypes, edges=site_edges)
def _(hom_ref, het, hom_alt):
    n, p = alleles(hom_ref, het, hom_alt)
    return {"reference_frequency": p, "observed_heterozygosity": Fraction(het, n)}


@oracle("hardy_weinberg_test", "scipy:stats.chisquare(ddof=1)", genotypes, edges=site_edges, abs_=1e-300, n=25)
def _(hom_ref, het, hom_alt):
    n, p = alleles(hom_ref, het, hom_alt, both=True)
    expected = [float(n * x) for x in (p * p, 2 * p * (1 - p), (1 - p) ** 2)]
    if expected == [hom_ref, het, hom_alt]:
        return {"chi_square": 0, "p_value": 1, "expected_het": expected[1]}
    test = scipy.stats.chisquare([hom_ref, het, hom_alt], expected, ddof=1)
    return {"chi_square": test.statistic, "p_value": test.pvalue, "expected_het": expected[1]}


@oracle("inbreeding_coefficient", "Wright's F in exact fractions", genotypes, edges=site_edges)
def _(hom_ref, het, hom_alt):
    n, p = alleles(hom_ref, het, hom_alt, both=True)
    return {"inbreeding": 1 - Fraction(het, n) / (2 * p * (1 - p))}


@oracle("carrier_frequency", "Hardy 1908: one minus both homozygotes", {"allele_frequency": num(0, 1, 4)}, edges=[{"allele_frequency": q} for q in (0, 1, 0.5)])
def _(allele_frequency):
    q = Fraction(str(allele_frequency))
    return {"carriers": 1 - q**2 - (1 - q) ** 2}


@oracle("fixation_index", "Wright 1951 as 1 - H_S / H_T over equal populations", {"frequencies": many(num(0, 1, 3), 2, 10)}, edges=[{"frequencies": f} for f in ([0, 1], [0.3], [], [0, 0], [1, 1], [0.5, 1.2], [0.4, 0.4])])
def _(frequencies):
    refuse_if(len(frequencies) < 2 or min(frequencies) < 0 or max(frequencies) > 1 or sum(frequencies) in (0, len(frequencies)))
    within = numpy.mean([2 * p * (1 - p) for p in frequencies])
    mean = numpy.mean(frequencies)
    return {"f_st": 1 - within / (2 * mean * (1 - mean))}


@oracle("tissue_specificity", "Yanai et al. 2005, Bioinformatics 21:650, by numpy", {"expression": many(log(0.01, 900), 2, 20)}, edges=[{"expression": e} for e in ([], [5], [0, 0], [5, -1], [5, 5, 5], [0, 8, 0, 0, 0, 2, 0, 2, 0, 0, 0, 0])])
def _(expression):
    refuse_if(len(expression) < 2 or max(expression) <= 0 or min(expression) < 0)
    x = numpy.array(expression) / max(expression)
    return {"tau": (1 - x).sum() / (len(x) - 1)}


@oracle("log2_fold_change", "numpy:log2", {"expression_a": log(0.01, 9000), "expression_b": log(0.01, 9000)}, edges=[{"expression_a": 0}, {"expression_b": -1}, {"expression_a": 4, "expression_b": 4}])
def _(expression_a, expression_b):
    refuse_if(min(expression_a, expression_b) <= 0)
    return {"log2_fold_change": numpy.log2(expression_a) - numpy.log2(expression_b)}


# Kinetics and binding

positive = log(0.01, 9000)
E = lambda x: Fraction(str(x))


def kinetic(tool, source, key, parameters, value, edges=(), rel=1e-7):
    """A formula over constants and concentrations above zero, in exact fractions."""

    strict = [name for name in parameters if name in ("vmax", "km_um", "ki_um", "kcat", "kd_nm")]

    @oracle(tool, source, {name: positive for name in parameters}, edges=[*({name: 0} for name in strict), {strict[0]: -3}, *edges], rel=rel)
    def _(**given):
        refuse_if(any(given[name] <= 0 for name in strict))
        return {key: value(**{name: E(v) for name, v in given.items()})}


kinetic("michaelis_menten_rate", "Michaelis and Menten 1913, in exact fractions", "rate", ("vmax", "km_um", "substrate_um"), lambda vmax, km_um, substrate_um: vmax / (1 + km_um / substrate_um))
kinetic("competitive_inhibition_rate", "Cornish-Bowden, Fundamentals of Enzyme Kinetics, 5.2, in exact fractions", "rate", ("vmax", "km_um", "ki_um", "substrate_um", "inhibitor_um"),
        lambda vmax, km_um, ki_um, substrate_um, inhibitor_um: vmax / (1 + km_um / substrate_um * (1 + inhibitor_um / ki_um)), edges=[{"inhibitor_um": 0}])
kinetic("cheng_prusoff_ic50", "Cheng and Prusoff 1973, in exact fractions", "ic50_um", ("ki_um", "km_um", "substrate_um"), lambda ki_um, km_um, substrate_um: ki_um + ki_um * substrate_um / km_um)
kinetic("fractional_occupancy", "law of mass action, in exact fractions", "occupancy", ("kd_nm", "ligand_nm"), lambda kd_nm, ligand_nm: 100 * (1 - kd_nm / (kd_nm + ligand_nm)), edges=[{"ligand_nm": 0}])


@oracle("catalytic_efficiency", "pint:unit arithmetic", {"kcat": positive, "km_um": positive}, edges=[{"kcat": 0}, {"km_um": 0}])
def _(kcat, km_um):
    refuse_if(min(kcat, km_um) <= 0)
    return {"efficiency": (Q(kcat, "1/s") / Q(km_um, "umol/L")).to("L/mol/s").magnitude}


@oracle("substrate_for_saturation", "the Michaelis-Menten equation solved by scipy.optimize.brentq", {"km_um": positive, "percent": num(0.1, 99.9, 1)}, edges=[{"km_um": 0}, {"percent": 50}, {"percent": 99.9}, {"percent": 0.1}], rel=1e-6)
def _(km_um, percent):
    refuse_if(km_um <= 0)
    return {"substrate_um": km_um * math.exp(scipy.optimize.brentq(lambda x: 100 / (1 + math.exp(-x)) - percent, -20, 20, xtol=1e-13))}


@oracle("binding_free_energy", "scipy:constants.R", {"kd_nm": log(0.001, 1e7)}, edges=[{"kd_nm": 0}, {"kd_nm": -2}, {"kd_nm": 1e9}])
def _(kd_nm):
    import scipy.constants

    refuse_if(kd_nm <= 0)
    return {"free_energy": scipy.constants.R / 1000 * 298.15 * (math.log(kd_nm) - 9 * math.log(10))}


# Laboratory


@oracle("dilution_stock_volume", "pint:unit arithmetic", lambda r: {"stock_mm": (s := log(1, 9000)(r)), "final_mm": float(f"{s * r.uniform(0.001, 1):.4g}"), "final_ml": log(0.1, 5000)(r)}, edges=[{"stock_mm": 5, "final_mm": 6}, {"stock_mm": 5, "final_mm": 5}])
def _(stock_mm, final_mm, final_ml):
    refuse_if(final_mm > stock_mm)
    substance = Q(final_mm, "mmol/L") * Q(final_ml, "mL")
    return {"stock_ml": (substance / Q(stock_mm, "mmol/L")).to("mL").magnitude}


@oracle("solute_mass", "pint:unit arithmetic", {"molar_mass": num(20, 900), "concentration_mm": log(0.001, 5000), "volume_ml": log(0.1, 5000)}, edges=[{"molar_mass": 0}, {"molar_mass": -5}])
def _(molar_mass, concentration_mm, volume_ml):
    refuse_if(molar_mass <= 0)
    return {"mass_mg": (Q(molar_mass, "g/mol") * Q(concentration_mm, "mmol/L") * Q(volume_ml, "mL")).to("mg").magnitude}


@oracle("molar_solubility", "pint:unit arithmetic", {"solubility": log(0.001, 500), "molar_mass": num(20, 900)}, edges=[{"molar_mass": 0}, {"solubility": -1}, {"solubility": 0}])
def _(solubility, molar_mass):
    refuse_if(molar_mass <= 0 or solubility < 0)
    return {"saturation_mm": (Q(solubility, "g/L") / Q(molar_mass, "g/mol")).to("mmol/L").magnitude}


@oracle("ionised_fraction", "law of mass action for a monoprotic acid, by scipy.special.expit", {"pka": num(-2, 15), "ph": num(0, 14)}, edges=[{"pka": 5, "ph": 5}, {"pka": 50, "ph": 0}, {"pka": -10, "ph": 14}], abs_=1e-300)
def _(pka, ph):
    import scipy.special

    return {"ionised": 100 * scipy.special.expit((ph - pka) * math.log(10))}


@oracle("beer_lambert_concentration", "pint:unit arithmetic", {"absorbance": num(0, 3, 3), "extinction": whole(1000, 200_000)}, edges=[{"absorbance": 0}, {"extinction": 0}, {"extinction": -1}])
def _(absorbance, extinction):
    refuse_if(extinction <= 0)
    return {"concentration_um": (absorbance / (Q(extinction, "L/mol/cm") * Q(1, "cm"))).to("umol/L").magnitude}


@oracle("protein_molarity", "pint:unit arithmetic", {"mass_concentration": num(0, 50, 3), "molecular_weight_da": num(1000, 200_000, 1)}, edges=[{"mass_concentration": 0}, {"molecular_weight_da": 0}])
def _(mass_concentration, molecular_weight_da):
    refuse_if(molecular_weight_da <= 0)
    return {"molarity_um": (Q(mass_concentration, "mg/mL") / Q(molecular_weight_da, "g/mol")).to("umol/L").magnitude}


# Growth


@oracle("population_doubling_time", "scipy:optimize.brentq on exponential growth", {"growth_rate": log(0.01, 5)}, edges=[{"growth_rate": 1e-6}, {"growth_rate": 100}])
def _(growth_rate):
    return {"doubling_h": scipy.optimize.brentq(lambda x: math.exp(x) - 2, 0, 2, xtol=1e-15) / growth_rate}


@oracle("logistic_density", "Verhulst's equation integrated by scipy.integrate.solve_ivp (DOP853)", {"growth_rate": num(0.05, 2), "capacity": log(1e7, 1e10), "initial": log(1e3, 1e6), "hours": num(0, 40, 1)},
        edges=[{"hours": 0}, {"growth_rate": 0}, {"growth_rate": -1}, {"capacity": 10}, {"hours": 100}], rel=1e-6)
def _(growth_rate, capacity, initial, hours):
    refuse_if(growth_rate <= 0 or capacity <= initial)
    if hours == 0:
        return {"density": initial}
    # In units of the capacity and of ln n, so that the solver's tolerance is relative.
    solution = scipy.integrate.solve_ivp(lambda t, y: growth_rate * (1 - numpy.exp(y)), (0, hours), [math.log(initial / capacity)], method="DOP853", rtol=1e-12, atol=1e-12)
    return {"density": capacity * math.exp(solution.y[0, -1])}


@oracle("time_to_half_capacity", "the logistic curve solved by scipy.optimize.brentq", {"growth_rate": num(0.05, 2), "capacity": log(1e7, 1e10), "initial": log(1e3, 1e6)}, edges=[{"growth_rate": 0}, {"capacity": 1000, "initial": 600}, {"capacity": 1000, "initial": 500}])
def _(growth_rate, capacity, initial):
    refuse_if(growth_rate <= 0 or initial > capacity / 2)
    if initial == capacity / 2:
        return {"hours": 0}
    share = lambda t: 1 / (1 + (capacity / initial - 1) * math.exp(-growth_rate * t))
    return {"hours": scipy.optimize.brentq(lambda t: share(t) - 0.5, 0, 10_000, xtol=1e-12)}


@oracle("growth_q10", "van 't Hoff: rates on the line of ln k against temperature, 10 degrees apart", lambda r: {"cool_c": (c := round(r.uniform(0, 25), 1)), "cool_rate": num(0.02, 0.8, 3)(r), "warm_c": round(c + r.uniform(1, 20), 1), "warm_rate": num(0.02, 2, 3)(r)},
        edges=[{"cool_c": 20, "warm_c": 20}, {"cool_c": 30, "warm_c": 20}, {"cool_rate": 0}, {"warm_rate": -1}])
def _(cool_c, cool_rate, warm_c, warm_rate):
    refuse_if(warm_c <= cool_c or min(cool_rate, warm_rate) <= 0)
    slope = numpy.polyfit([cool_c, warm_c], numpy.log([cool_rate, warm_rate]), 1)[0]
    return {"q10": math.exp(10 * slope)}


# Ecology

community = {"counts": many(whole(0, 90), 2, 25)}
community_edges = [{"counts": c} for c in ([], [0, 0], [5], [3, -1], [7, 7, 7], [1, 1, 1], [60, 30, 10], [0, 9, 0, 9], [1000000, 1])]


def present(counts):
    refuse_if(min(counts, default=0) < 0 or not any(counts))
    return [n for n in counts if n]


@oracle("shannon_diversity", "scipy:stats.entropy", community, edges=community_edges)
def _(counts):
    return {"shannon": scipy.stats.entropy(present(counts))}


@oracle("simpson_diversity", "Simpson 1949: chance that two draws with replacement agree, in exact fractions", community, edges=community_edges)
def _(counts):
    species = present(counts)
    same = sum(Fraction(n, sum(species)) ** 2 for n in species)
    return {"simpson": 1 - same, "inverse_simpson": 1 / same}


@oracle("pielou_evenness", "scipy:stats.entropy(base=S)", community, edges=community_edges)
def _(counts):
    species = present(counts)
    refuse_if(len(species) < 2)
    return {"evenness": scipy.stats.entropy(species, base=len(species))}


@oracle("chao1_richness", "Chao 1984, bias-corrected form, in exact fractions", {"counts": many(whole(0, 6), 2, 30)}, edges=community_edges)
def _(counts):
    species = present(counts)
    f1, f2 = species.count(1), species.count(2)
    return {"chao1": len(species) + Fraction(f1 * (f1 - 1), 2 * (f2 + 1))}


@oracle("berger_parker_dominance", "Berger and Parker 1970, in exact fractions", community, edges=community_edges)
def _(counts):
    species = present(counts)
    return {"dominance": Fraction(max(species), sum(species))}


@oracle("species_jaccard_similarity", "python:set", lambda r: {"species_a": [f"Species {r.randint(1, 20)}" for _ in range(r.randint(1, 15))], "species_b": [f"Species {r.randint(1, 20)}" for _ in range(r.randint(1, 15))]},
        edges=[{"species_a": [], "species_b": []}, {"species_a": [], "species_b": ["A"]}, {"species_a": ["A"], "species_b": ["A", "A"]}])
def _(species_a, species_b):
    a, b = set(species_a), set(species_b)
    refuse_if(not a | b)
    return {"jaccard": Fraction(len(a & b), len(a | b)), "shared": len(a & b)}


@oracle("kleiber_metabolic_rate", "Kleiber 1932, Hilgardia 6:315, as 70 kcal times the square root of the mass and its fourth root", {"body_mass_kg": log(0.001, 90_000)}, edges=[{"body_mass_kg": 1e-6}, {"body_mass_kg": 1}])
def _(body_mass_kg):
    root = math.sqrt(body_mass_kg)
    return {"kcal_per_day": 70 * root * math.sqrt(root)}


@oracle("species_population_density", "individuals over area, in exact fractions", {"population": whole(0, 900_000), "range_km2": whole(1, 90_000)}, edges=[{"population": 0}, {"population": -1}, {"range_km2": 0}])
def _(population, range_km2):
    refuse_if(population < 0 or range_km2 <= 0)
    return {"density": Fraction(population, range_km2)}


@oracle("chapman_estimate", "Chapman 1951, in exact fractions", lambda r: {"marked": (m := r.randint(1, 300)), "caught": (c := r.randint(1, 300)), "recaptured": r.randint(0, min(m, c))}, edges=[dict(marked=9, caught=9, recaptured=10), dict(marked=9, caught=9, recaptured=-1), dict(marked=9, caught=9, recaptured=9), dict(marked=9, caught=9, recaptured=0)])
def _(marked, caught, recaptured):
    refuse_if(recaptured < 0 or recaptured > min(marked, caught))
    return {"estimate": Fraction((marked + 1) * (caught + 1), recaptured + 1) - 1}
