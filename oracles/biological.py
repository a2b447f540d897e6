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


# Alignment


def blosum_aligner(mode):
    from Bio.Align import PairwiseAligner, substitution_matrices

    aligner = PairwiseAligner(mode=mode)
    aligner.substitution_matrix = substitution_matrices.load("BLOSUM62")
    aligner.open_gap_score, aligner.extend_gap_score = -10, -0.5
    return aligner


def related(r):
    a = "".join(r.choice(AMINO) for _ in range(r.randint(1, 90)))
    b = list(a)
    for _ in range(r.randint(0, 40)):
        at = r.randrange(len(b) + 1)
        b[at:at + r.randint(0, 3)] = [r.choice(AMINO) for _ in range(r.randint(0, 3))]
    return {"protein_a": a, "protein_b": "".join(b) or "M"}


pairs = [{"protein_a": "M", "protein_b": "W"}, {"protein_a": "W", "protein_b": "WWWWWWWW"}, {"protein_a": "MKB", "protein_b": "MK"}, {"protein_a": "MK", "protein_b": ""}, {"protein_a": "GGGGGGGGGG", "protein_b": "W"}]
for _tool, _mode in {"global_alignment_score": "global", "local_alignment_score": "local"}.items():

    @oracle(_tool, f"biopython:Align.PairwiseAligner({_mode}), BLOSUM62, -10 and -0.5", related, edges=pairs, n=30, rel=0)
    def _(protein_a, protein_b, mode=_mode):
        a, b = clean(protein_a, AMINO), clean(protein_b, AMINO)
        return {"score": blosum_aligner(mode).score(a, b)}


# Trees and diversity of alignments


def family(r):
    """Sequences on a random tree whose distances are all different."""
    while True:
        length, n = r.randint(60, 300), r.randint(3, 9)
        root = [r.choice("ACGT") for _ in range(length)]
        texts = []
        for _ in range(n):
            parent = list(r.choice(texts)) if texts and r.random() < 0.6 else root
            texts.append("".join(r.choice("ACGT") if r.random() < r.uniform(0.01, 0.2) else base for base in parent))
        apart = [sum(x != y for x, y in zip(a, b)) for i, a in enumerate(texts) for b in texts[:i]]
        if len(set(apart)) == len(apart) and max(apart) < 0.6 * length:
            return {"names": [f"Species {i}" for i in range(n)], "sequences": texts}


def distance_matrix(names, sequences, least=2):
    from Bio.Phylo.TreeConstruction import DistanceMatrix

    refuse_if(len(sequences) < least or len(names) != len(sequences))
    texts = [clean(s, "ACGT") for s in sequences]
    refuse_if(len({len(t) for t in texts}) != 1)

    def jukes_cantor(a, b):
        p = sum(x != y for x, y in zip(a, b)) / len(a)
        refuse_if(p >= 0.75)
        return -3 / 4 * math.log(1 - 4 * p / 3) if p else 0.0

    return DistanceMatrix([f"t{i}" for i in range(len(texts))], [[jukes_cantor(a, b) for b in texts[:i]] + [0] for i, a in enumerate(texts)])


bad_alignments = [{"names": ["A"], "sequences": ["ACGT"]}, {"names": ["A", "B"], "sequences": ["ACGT", "ACG"]}, {"names": ["A", "B"], "sequences": ["ACGT"]}, {"names": ["A", "B"], "sequences": ["AAAA", "CCCC"]}, {"names": ["A", "B"], "sequences": ["ACGN", "ACGT"]}, {"names": ["A", "B"], "sequences": ["ACGT", "ACGT"]}, {"names": ["A", "B"], "sequences": ["AAAAACGT", "AAAAACGA"]}]


@oracle("upgma_root_height", "scipy:cluster.hierarchy.linkage(method='average')", family, edges=bad_alignments, n=25)
def _(names, sequences):
    import scipy.cluster.hierarchy

    matrix = distance_matrix(names, sequences)
    condensed = [matrix[i, j] for i in range(len(names)) for j in range(i + 1, len(names))]
    return {"root_height": scipy.cluster.hierarchy.linkage(condensed, method="average")[-1, 2] / 2}


@oracle("neighbour_joining_length", "biopython:Phylo.TreeConstruction.DistanceTreeConstructor.nj", family, edges=bad_alignments, n=25)
def _(names, sequences):
    from Bio.Phylo.TreeConstruction import DistanceTreeConstructor

    matrix = distance_matrix(names, sequences)
    if len(names) == 2:
        return {"tree_length": matrix[0, 1]}
    return {"tree_length": DistanceTreeConstructor().nj(matrix).total_branch_length()}


@oracle("nucleotide_diversity", "Nei and Li 1979 from the frequencies of the bases at each site; Watterson 1975; in exact fractions", family, edges=[e for e in bad_alignments if e["sequences"] != ["AAAA", "CCCC"]], n=25)
def _(names, sequences):
    refuse_if(len(sequences) < 2 or len(names) != len(sequences))
    texts = [clean(s, "ACGT") for s in sequences]
    refuse_if(len({len(t) for t in texts}) != 1)
    n, length = len(texts), len(texts[0])
    columns = list(zip(*texts))
    heterozygosity = sum(1 - sum(Fraction(column.count(base), n) ** 2 for base in "ACGT") for column in columns)
    segregating = sum(len(set(column)) > 1 for column in columns)
    return {"segregating_sites": segregating, "pi": heterozygosity * Fraction(n, n - 1) / length, "theta": segregating / sum(Fraction(1, i) for i in range(1, n)) / length}


# Motifs


def sites(r):
    width = r.randint(4, 10)
    best = [r.choice("ACGT") for _ in range(width)]
    return ["".join(b if r.random() < 0.7 else r.choice("ACGT") for b in best) for _ in range(r.randint(2, 12))]


def motif(texts):
    import Bio.motifs

    refuse_if(len(texts) < 2)
    texts = [clean(t, "ACGT") for t in texts]
    refuse_if(len({len(t) for t in texts}) != 1)
    return Bio.motifs.create([Seq(t) for t in texts])


bad_sites = [{"sites": s} for s in ([], ["ACG"], ["ACG", "AC"], ["ACN", "ACG"], ["ACGT", "ACGT"], ["AAAA", "CCCC", "GGGG", "TTTT"])]


@oracle("motif_information", "biopython:motifs.Motif.relative_entropy", lambda r: {"sites": sites(r)}, edges=bad_sites, n=20)
def _(sites):
    return {"information_bits": motif(sites).relative_entropy.sum()}


@oracle("best_motif_match", "biopython:motifs PWM with pseudocounts of 1/4, log_odds, at every place", lambda r: {"sites": sites(r), "sequence": letters("ACGT", 12, 200)(r)}, edges=bad_sites[:4] + [{"sites": ["ACGT", "ACGT"], "sequence": "ACG"}, {"sites": ["ACGT", "ACGA"], "sequence": "ACGTACGT"}], n=25)
def _(sites, sequence):
    scores = motif(sites).counts.normalize(pseudocounts=0.25).log_odds()
    width = len(sites[0])
    text = clean(sequence, "ACGT", width)
    values = [math.fsum(scores[text[i + k]][k] for k in range(width)) for i in range(len(text) - width + 1)]
    best = max(values)
    return {"score_bits": best, "position": next(i for i, v in enumerate(values) if v > best - 1e-9) + 1}


# Structure


def cloud(r, n):
    return [[round(r.uniform(-40, 40), 3) for _ in range(n)] for _ in range(3)]


@oracle("pocket_size", "scipy:spatial.distance.pdist, by mean squared pairwise distance", lambda r: dict(zip("xyz", cloud(r, r.randint(2, 40)))), edges=[{"x": [], "y": [], "z": []}, {"x": [1], "y": [1], "z": [1]}, {"x": [1, 2], "y": [1, 2], "z": [1]}, {"x": [1, 1], "y": [1, 1], "z": [1, 1]}])
def _(x, y, z):
    import scipy.spatial.distance

    refuse_if(len(x) < 2 or not len(x) == len(y) == len(z))
    apart = scipy.spatial.distance.pdist(numpy.column_stack([x, y, z]))
    return {"radius_of_gyration": math.sqrt((apart**2).sum()) / len(x), "span": apart.max()}


def moved(r):
    from scipy.spatial.transform import Rotation

    n = r.randint(3, 30)
    free = numpy.array(cloud(r, n)).T
    noise = r.choice([0, 0.3, 3, 30])
    turned = Rotation.from_euler("xyz", [r.uniform(0, 360) for _ in range(3)], degrees=True).apply(free + [[r.gauss(0, 1) * noise for _ in range(3)] for _ in range(n)])
    bound = numpy.round(turned + [r.uniform(-50, 50) for _ in range(3)], 3)
    return {**dict(zip("xyz", free.T.tolist())), **dict(zip(("bound_x", "bound_y", "bound_z"), bound.T.tolist()))}


@oracle("pocket_deviation", "biopython:SVDSuperimposer", moved, edges=[{"x": [0], "y": [0], "z": [0], "bound_x": [0], "bound_y": [0], "bound_z": [0]}, {"x": [0, 1, 2]}, {"x": [0, 1, 0, 0], "y": [0, 0, 1, 0], "z": [0, 0, 0, 1], "bound_x": [0, -1, 0, 0], "bound_y": [0, 0, 1, 0], "bound_z": [0, 0, 0, 1]}], n=25, rel=6e-6, abs_=2e-6)
def _(**given):
    from Bio.SVDSuperimposer import SVDSuperimposer

    refuse_if(len({len(v) for v in given.values()}) != 1 or len(given["x"]) < 3)
    free, bound = (numpy.column_stack([given[p + axis] for axis in "xyz"]).astype(float) for p in ("", "bound_"))
    superimposer = SVDSuperimposer()
    superimposer.set(free, bound)
    superimposer.run()
    return {"deviation": superimposer.get_rms()}


# Crosses


@oracle("mendelian_ratio_test", "scipy:stats.chisquare", {"dominant": whole(0, 6000), "recessive": whole(0, 2000)}, edges=[dict(dominant=d, recessive=r) for d, r in ((0, 0), (-1, 5), (75, 25), (0, 9), (5474, 1850), (6022, 2001))], abs_=1e-13)
def _(dominant, recessive):
    total = dominant + recessive
    refuse_if(min(dominant, recessive) < 0 or total == 0)
    test = scipy.stats.chisquare([dominant, recessive], [0.75 * total, 0.25 * total])
    return {"chi_square": test.statistic, "p_value": test.pvalue}


@oracle("recombination_map_distance", "Haldane's and Kosambi's differential equations integrated by scipy.integrate.quad", {"parental_first": whole(100, 900), "parental_second": whole(100, 900), "recombinant_first": whole(0, 180), "recombinant_second": whole(0, 180)},
        edges=[dict(parental_first=0, parental_second=0, recombinant_first=0, recombinant_second=0), dict(parental_first=5, parental_second=5, recombinant_first=5, recombinant_second=5), dict(parental_first=50, parental_second=5, recombinant_first=0, recombinant_second=0), {"recombinant_first": -1}], abs_=1e-9)
def _(parental_first, parental_second, recombinant_first, recombinant_second):
    counts = [parental_first, parental_second, recombinant_first, recombinant_second]
    refuse_if(min(counts) < 0 or sum(counts) == 0)
    share = (recombinant_first + recombinant_second) / sum(counts)
    refuse_if(share >= 0.5)
    integral = lambda density: 100 * scipy.integrate.quad(density, 0, share, epsabs=1e-14, epsrel=1e-13)[0]
    return {"recombination_percent": 100 * share, "haldane_cm": integral(lambda r: 1 / (1 - 2 * r)), "kosambi_cm": integral(lambda r: 1 / (1 - 4 * r * r))}


@oracle("linkage_disequilibrium", "numpy:cov and corrcoef of the alleles of all haplotypes; D' by the bounds of D", {"ref_ref": whole(0, 900), "ref_alt": whole(0, 400), "alt_ref": whole(0, 400), "alt_alt": whole(0, 900)},
        edges=[dict(ref_ref=40, ref_alt=10, alt_ref=0, alt_alt=0), dict(ref_ref=0, ref_alt=0, alt_ref=0, alt_alt=0), dict(ref_ref=9, ref_alt=0, alt_ref=0, alt_alt=5), dict(ref_ref=0, ref_alt=7, alt_ref=3, alt_alt=0), {"ref_ref": -1}], abs_=1e-12)
def _(ref_ref, ref_alt, alt_ref, alt_alt):
    refuse_if(min(ref_ref, ref_alt, alt_ref, alt_alt) < 0)
    first = numpy.repeat([0, 0, 1, 1], [ref_ref, ref_alt, alt_ref, alt_alt])
    second = numpy.repeat([0, 1, 0, 1], [ref_ref, ref_alt, alt_ref, alt_alt])
    refuse_if(len(set(first)) < 2 or len(set(second)) < 2)
    d = numpy.cov(first, second, bias=True)[0, 1]
    p, q = first.mean(), second.mean()
    bounds = sorted([max(-p * q, -(1 - p) * (1 - q)), 0, min(p * (1 - q), (1 - p) * q)])
    return {"d": d, "d_prime": d / (bounds[0] if d < 0 else bounds[2]), "r_squared": numpy.corrcoef(first, second)[0, 1] ** 2}


# Communities compared, and life tables


@oracle("community_change", "scipy:spatial.distance.braycurtis; Horn 1966 in exact fractions", lambda r: dict(zip(("first_counts", "last_counts"), zip(*[[r.randint(0, 40), r.randint(0, 40)] for _ in range(r.randint(2, 15))]))),
        edges=[dict(first_counts=a, last_counts=b) for a, b in (([], []), ([0, 0], [1, 2]), ([1, 2], [1]), ([1, -2], [1, 2]), ([3, 0], [0, 3]), ([4, 5], [4, 5]))], abs_=1e-12)
def _(first_counts, last_counts):
    import scipy.spatial.distance

    refuse_if(len(first_counts) != len(last_counts) or min([0, *first_counts, *last_counts]) < 0 or not any(first_counts) or not any(last_counts))
    x, y = [Fraction(a, sum(first_counts)) for a in first_counts], [Fraction(b, sum(last_counts)) for b in last_counts]
    horn = 2 * sum(a * b for a, b in zip(x, y)) / (sum(a * a for a in x) + sum(b * b for b in y))
    return {"bray_curtis": scipy.spatial.distance.braycurtis(first_counts, last_counts), "morisita_horn": horn}


@oracle("hill_number", "scipy:special.logsumexp of powers, stats.entropy at order one", {"counts": many(whole(0, 90), 2, 25), "order": one(0, 0.5, 1, 1.5, 2, 3, 10)}, edges=[{"counts": c} for c in ([], [0, 0], [3, -1], [5], [7, 7, 7])])
def _(counts, order):
    import scipy.special

    shares = numpy.array(present(counts)) / sum(counts)
    if order == 1:
        return {"hill_number": math.exp(scipy.stats.entropy(shares))}
    return {"hill_number": math.exp(scipy.special.logsumexp(order * numpy.log(shares)) / (1 - order))}


@oracle("rarefied_richness", "scipy:stats.hypergeom", lambda r: {"counts": (c := [r.randint(0, 60) for _ in range(r.randint(2, 20))] + [5]), "draw": r.randint(1, sum(c))}, edges=[dict(counts=c, draw=d) for c, d in (([], 1), ([0, 0], 1), ([2, 2], 5), ([2, 2], 4), ([3, -1], 1), ([9], 1))])
def _(counts, draw):
    species = present(counts)
    refuse_if(draw > sum(species))
    return {"richness": math.fsum(1 - scipy.stats.hypergeom.pmf(0, sum(species), n, draw) for n in species)}


def life(r):
    alive, table = 1.0, []
    for _ in range(r.randint(2, 9)):
        table.append(round(alive, 4))
        alive *= r.uniform(0.2, 0.95)
    return {"survivorship": table, "fecundity": [0] + [round(r.uniform(0, 9), 2) for _ in table[1:]]}


@oracle("life_table_parameters", "Krebs, Ecology, ch. 8, in exact fractions", life, edges=[dict(survivorship=l, fecundity=m) for l, m in (([], []), ([0.9, 0.5], [0, 2]), ([1, 0.5], [0]), ([1, 0.5, 0.6], [0, 2, 2]), ([1, 0.5], [0, 0]), ([1, 0.5], [2, 0]), ([1, 0.5], [0, 2]))], n=20, abs_=1e-9)
def _(survivorship, fecundity):
    l, m = [E(x) for x in survivorship], [E(x) for x in fecundity]
    refuse_if(len(l) != len(m) or not l or l[0] != 1 or any(a < b for a, b in zip(l, l[1:])) or min(m) < 0)
    net = sum(a * b for a, b in zip(l, m))
    moment = sum(x * a * b for x, (a, b) in enumerate(zip(l, m)))
    refuse_if(net <= 0 or moment <= 0)
    # Deaths in the middle of each year; the last survivors die in the year after the last age.
    deaths = [a - b for a, b in zip(l, l[1:] + [0])]
    return {"net_reproductive_rate": net, "generation_time": moment / net, "rate_of_increase": math.log(net) / (moment / net), "life_expectancy": sum((x + Fraction(1, 2)) * d for x, d in enumerate(deaths))}


# Digests, primers and plots


@oracle("restriction_fragments", "biopython:Restriction catalyse of a linear sequence", lambda r: {"sequence": letters("ACGT", 1, 400)(r), "restriction_enzyme": r.choice(["EcoRI", "BamHI", "HindIII", "AluI", "HaeIII", "MboI", "TaqI", "MspI", "RsaI", "HhaI", "MseI", "NlaIII"])},
        edges=[dict(sequence=s, restriction_enzyme=e) for s, e in (("GATC", "MboI"), ("AGATC", "MboI"), ("CATG", "NlaIII"), ("CATGA", "NlaIII"), ("GGCCGGCC", "HaeIII"), ("", "EcoRI"), ("ACGN", "EcoRI"), ("GAATTC", "EcoRI"))], n=60, rel=0)
def _(sequence, restriction_enzyme):
    text = clean(sequence, "ACGT")
    enzyme = getattr(Bio.Restriction, restriction_enzyme)
    # The library takes sites at the very ends of a linear molecule for cut; neither leaves a fragment there.
    padded = enzyme.catalyse(Seq("N" * 20 + text + "N" * 20))
    lengths = [len(f) for f in padded]
    lengths[0] -= 20
    lengths[-1] -= 20
    lengths = [n for n in lengths if n > 0]
    return {"fragments": len(lengths), "longest_nt": max(lengths), "shortest_nt": min(lengths)}


@oracle("nearest_neighbour_melting_temperature", "biopython:SeqUtils.MeltingTemp.Tm_NN(DNA_NN3, saltcorr=5)", {"sequence": letters("ACGT", 8, 60), "strands_nm": one(10, 50, 100, 250, 500, 5000), "sodium_mm": num(10, 900, 0)},
        edges=[{"sequence": s} for s in ("ACGT", "ACGTACGT", "GGAATTCC", "AAAAAAAA", "ACGTACGTN", "A" * 61)], n=40, rel=1e-6, abs_=1e-4)
def _(sequence, strands_nm, sodium_mm):
    text = clean(sequence, "ACGT", 8)
    refuse_if(len(text) > 60)
    own = str(Seq(text).reverse_complement()) == text
    strand = strands_nm if own else strands_nm / 2
    return {"melting_c": MeltingTemp.Tm_NN(text, nn_table=MeltingTemp.DNA_NN3, dnac1=strand, dnac2=strand, selfcomp=own, Na=sodium_mm, saltcorr=5)}


def assay(r):
    km, vmax = log(5, 2000)(r), log(0.5, 500)(r)
    substrate = [float(f"{km * part:.4g}") for part in (0.25, 0.5, 1, 2, 4, 8)]
    return {"substrate_um": substrate, "rates": [float(f"{vmax * s / (km + s) * (1 + r.gauss(0, 0.03)):.4g}") for s in substrate], "method": r.choice(["lineweaver-burk", "hanes-woolf", "eadie-hofstee"])}


@oracle("kinetic_constants_fit", "scipy:stats.linregress on the linear form", assay, edges=[{"substrate_um": s, "rates": v} for s, v in (([5], [1]), ([5, 6], [1]), ([5, 5, 5], [1, 2, 3]), ([5, 0, 7], [1, 2, 3]), ([5, 10, 20], [9, 3, 1]))], n=30, rel=6e-6)
def _(substrate_um, rates, method):
    refuse_if(len(substrate_um) != len(rates) or len(rates) < 2 or min(substrate_um + rates) <= 0 or len(set(substrate_um)) == 1)
    s, v = numpy.array(substrate_um, float), numpy.array(rates, float)
    if method == "lineweaver-burk":
        line = scipy.stats.linregress(1 / s, 1 / v)
        km, vmax = line.slope / line.intercept, 1 / line.intercept
    elif method == "hanes-woolf":
        line = scipy.stats.linregress(s, s / v)
        km, vmax = line.intercept / line.slope, 1 / line.slope
    else:
        line = scipy.stats.linregress(v / s, v)
        km, vmax = -line.slope, line.intercept
    refuse_if(km <= 0 or vmax <= 0)
    return {"km_um": km, "vmax": vmax}
