"""Medical: body, kidney, chemistry, circulation, metabolism, scores, pharmacology, evidence.

No library implements these clinical formulas with a pedigree of its own, so that most oracles are the published equation in
another form: exact fractions, tables looked up by `bisect`, differential equations, simulated patients.
"""

import math
from bisect import bisect_left, bisect_right
from fractions import Fraction

import numpy
import pint
import scipy.integrate
import scipy.optimize

from golden import Domain, flag, log, num, one, refuse_if, whole

DOMAIN = Domain("medical")
oracle = DOMAIN.oracle

units = pint.UnitRegistry()
Q = units.Quantity
E = lambda x: Fraction(str(x))

weight, height, age, sex = num(4, 180, 1), num(90, 210, 1), whole(18, 100), one("female", "male")
creatinine, sodium, glucose, albumin, bicarbonate = num(0.3, 9), num(110, 170, 1), num(40, 900, 1), num(1.5, 5.5, 1), num(5, 40, 1)
systolic, diastolic, platelets, half_life = whole(60, 230), whole(30, 120), num(10, 600, 1), log(0.2, 300)


def linear(tool, source, args, key, value, edges=(), undefined=lambda **_: False):
    """A formula of sums, products and quotients, in exact fractions."""

    @oracle(tool, f"{source}, in exact fractions", args, edges=edges)
    def _(**given):
        exact = {k: v if isinstance(v, (str, bool)) else E(v) for k, v in given.items()}
        refuse_if(undefined(**exact))
        result = value(**exact)
        return result if isinstance(result, dict) else {key: result}


# Body

CLASSES = ["underweight", "normal weight", "overweight", "obesity class I", "obesity class II", "obesity class III"]


@oracle("body_mass_index", "WHO Technical Report 894, table 2.1, in exact fractions", {"weight_kg": num(35, 160, 1), "height_cm": num(140, 205, 1)},
        edges=[{"weight_kg": w, "height_cm": 100} for w in (18.4, 18.5, 24.9, 25, 30, 35, 40)] + [{"weight_kg": 1, "height_cm": 100}, {"weight_kg": 70, "height_cm": 300}])
def _(weight_kg, height_cm):
    refuse_if(not 2 <= weight_kg <= 400 or not 50 <= height_cm <= 250)
    bmi = E(weight_kg) / (E(height_cm) / 100) ** 2
    return {"bmi": bmi, "weight_class": CLASSES[bisect_right([Fraction(37, 2), 25, 30, 35, 40], bmi)]}


@oracle("body_surface_area", "Mosteller 1987 and Du Bois 1916 (in cm² with the constant 71.84)", {"weight_kg": weight, "height_cm": height, "formula": one("mosteller", "du_bois")})
def _(weight_kg, height_cm, formula):
    if formula == "mosteller":
        return {"area_m2": math.sqrt(weight_kg) * math.sqrt(height_cm) / 60}
    return {"area_m2": 71.84e-4 * math.exp(0.425 * math.log(weight_kg) + 0.725 * math.log(height_cm))}


linear("ideal_body_weight", "Devine 1974", {"sex": sex, "height_cm": num(152.4, 210, 1)}, "ideal_weight_kg",
       lambda sex, height_cm: (50 if sex == "male" else E(45.5)) + E(2.3) * (height_cm - E(152.4)) / E(2.54), edges=[{"height_cm": 152.4}, {"height_cm": 152}], undefined=lambda sex, height_cm: height_cm < E(152.4))
linear("adjusted_body_weight", "Bauer et al. 1983", {"weight_kg": num(70, 180, 1), "ideal_weight_kg": num(45, 70, 1)}, "adjusted_weight_kg",
       lambda weight_kg, ideal_weight_kg: E(0.6) * ideal_weight_kg + E(0.4) * weight_kg, edges=[{"weight_kg": 60, "ideal_weight_kg": 60}, {"weight_kg": 59, "ideal_weight_kg": 60}], undefined=lambda weight_kg, ideal_weight_kg: weight_kg < ideal_weight_kg)
linear("resting_energy_expenditure", "Mifflin et al. 1990, Am. J. Clin. Nutr. 51:241", {"sex": sex, "age_years": age, "weight_kg": weight, "height_cm": height}, "energy_kcal_day",
       lambda sex, age_years, weight_kg, height_cm: 10 * weight_kg + Fraction(25, 4) * height_cm - 5 * age_years - (161 if sex == "female" else -5))
linear("total_body_water", "Watson, Watson, Batt 1980, Am. J. Clin. Nutr. 33:27", {"sex": sex, "age_years": age, "weight_kg": weight, "height_cm": height}, "water_l",
       lambda sex, age_years, weight_kg, height_cm: E(2.447) - E(0.09516) * age_years + E(0.1074) * height_cm + E(0.3362) * weight_kg if sex == "male" else E(0.1069) * height_cm + E(0.2466) * weight_kg - E(2.097))
linear("free_water_deficit", "Adrogué and Madias 2000, NEJM 342:1493", {"water_l": num(15, 60, 1), "sodium_mmol_l": num(140, 180, 1)}, "deficit_l",
       lambda water_l, sodium_mmol_l: water_l * (sodium_mmol_l - 140) / 140, edges=[{"sodium_mmol_l": 140}, {"sodium_mmol_l": 139}], undefined=lambda water_l, sodium_mmol_l: sodium_mmol_l < 140)


@oracle("maintenance_fluid", "Holliday and Segar 1957, Pediatrics 19:823, by numpy.interp", {"weight_kg": num(2, 120, 1)}, edges=[{"weight_kg": w} for w in (2, 10, 20, 9.9, 20.1)])
def _(weight_kg):
    return {"fluid_ml": numpy.interp(weight_kg, [0, 10, 20, 400], [0, 1000, 1500, 1500 + 20 * 380])}


# Kidney


@oracle("estimated_gfr_ckd_epi", "Inker et al. 2021, NEJM 385:1737, the equations of its table S11 for each sex and creatinine range", {"creatinine_mg_dl": creatinine, "age_years": age, "sex": sex},
        edges=[{"creatinine_mg_dl": c, "sex": s} for c in (0.7, 0.9, 0.1, 30) for s in ("female", "male")] + [{"age_years": 17}], n=25)
def _(creatinine_mg_dl, age_years, sex):
    refuse_if(age_years < 18)
    if sex == "female":
        base, knee, low = 143.704, 0.7, -0.241
    else:
        base, knee, low = 142.0, 0.9, -0.302
    power = low if creatinine_mg_dl <= knee else -1.200
    return {"egfr": base * (creatinine_mg_dl / knee) ** power * 0.9938**age_years}


linear("creatinine_clearance", "Cockcroft and Gault 1976, Nephron 16:31", {"creatinine_mg_dl": creatinine, "age_years": age, "weight_kg": weight, "sex": sex}, "clearance_ml_min",
       lambda creatinine_mg_dl, age_years, weight_kg, sex: (140 - age_years) * weight_kg * (85 if sex == "female" else 100) / (7200 * creatinine_mg_dl), edges=[{"age_years": 120}])

GFR = ["G5", "G4", "G3b", "G3a", "G2", "G1"]
# KDIGO 2012, figure 9: rows G1 to G5, columns A1 to A3.
HEAT = {"G1": "lmh", "G2": "lmh", "G3a": "mhv", "G3b": "hvv", "G4": "vvv", "G5": "vvv"}
RISKS = {"l": "low risk", "m": "moderately increased risk", "h": "high risk", "v": "very high risk"}


def gfr_category(egfr):
    return GFR[bisect_right([15, 30, 45, 60, 90], egfr)]


@oracle("gfr_category", "KDIGO 2012, table 5", {"egfr": num(3, 130, 1)}, edges=[{"egfr": e} for e in (0, 14.9, 15, 29.9, 30, 44.9, 45, 59.9, 60, 89.9, 90, 250)])
def _(egfr):
    return {"category": gfr_category(egfr)}


@oracle("kidney_disease_risk", "KDIGO 2012, figure 9, cell by cell", {"egfr": num(3, 130, 1), "ratio_mg_g": log(1, 3000)},
        edges=[{"egfr": e, "ratio_mg_g": r} for e in (10, 20, 30, 45, 60, 90) for r in (29.9, 30, 300, 300.1)], n=20)
def _(egfr, ratio_mg_g):
    column = 0 if ratio_mg_g < 30 else 1 if ratio_mg_g <= 300 else 2
    return {"risk": RISKS[HEAT[gfr_category(egfr)][column]]}


linear("absolute_gfr", "KDIGO 2012, 1.4.3", {"egfr": num(3, 130, 1), "area_m2": num(0.5, 2.6)}, "gfr_ml_min", lambda egfr, area_m2: egfr / E(1.73) * area_m2)
linear("fractional_sodium_excretion", "Espinel 1976, JAMA 236:579, as a quotient of clearances", {"urine_sodium_mmol_l": num(5, 200, 1), "sodium_mmol_l": sodium, "urine_creatinine_mg_dl": num(10, 300, 1), "creatinine_mg_dl": creatinine}, "excretion_percent",
       lambda urine_sodium_mmol_l, sodium_mmol_l, urine_creatinine_mg_dl, creatinine_mg_dl: 100 * (urine_sodium_mmol_l / sodium_mmol_l) / (urine_creatinine_mg_dl / creatinine_mg_dl), edges=[{"urine_sodium_mmol_l": 0}])


@oracle("albumin_creatinine_ratio", "pint:unit arithmetic", {"urine_albumin_mg_l": num(0, 3000, 1), "urine_creatinine_mg_dl": num(10, 300, 1)}, edges=[{"urine_albumin_mg_l": 0}])
def _(urine_albumin_mg_l, urine_creatinine_mg_dl):
    return {"ratio_mg_g": (Q(urine_albumin_mg_l, "mg/L") / Q(urine_creatinine_mg_dl, "mg/dL")).to("mg/g").magnitude}


# Chemistry

linear("anion_gap", "Emmett and Narins 1977", {"sodium_mmol_l": sodium, "chloride_mmol_l": num(80, 130, 1), "bicarbonate_mmol_l": bicarbonate}, "anion_gap", lambda sodium_mmol_l, chloride_mmol_l, bicarbonate_mmol_l: sodium_mmol_l - (chloride_mmol_l + bicarbonate_mmol_l))
linear("albumin_corrected_anion_gap", "Figge et al. 1998, with 4.0 g/dL", {"anion_gap_mmol_l": num(2, 40, 1), "albumin_g_dl": albumin}, "corrected_gap", lambda anion_gap_mmol_l, albumin_g_dl: anion_gap_mmol_l + 10 - E(2.5) * albumin_g_dl)
linear("delta_ratio", "Wrenn 1990, Ann. Emerg. Med. 19:1310", {"anion_gap_mmol_l": num(13, 40, 1), "bicarbonate_mmol_l": num(3, 23, 1)}, "delta_ratio", lambda anion_gap_mmol_l, bicarbonate_mmol_l: (anion_gap_mmol_l - 12) / (24 - bicarbonate_mmol_l),
       edges=[{"bicarbonate_mmol_l": 24}, {"anion_gap_mmol_l": 12}], undefined=lambda anion_gap_mmol_l, bicarbonate_mmol_l: bicarbonate_mmol_l >= 24 or anion_gap_mmol_l <= 12)
linear("albumin_corrected_calcium", "Payne et al. 1973, in mg/dL", {"calcium_mg_dl": num(5, 15, 1), "albumin_g_dl": albumin}, "corrected_mg_dl", lambda calcium_mg_dl, albumin_g_dl: calcium_mg_dl + E(3.2) - E(0.8) * albumin_g_dl)
linear("calculated_osmolality", "Smithline and Gardner 1976", {"sodium_mmol_l": sodium, "glucose_mg_dl": glucose, "urea_nitrogen_mg_dl": num(3, 120, 1)}, "osmolality", lambda sodium_mmol_l, glucose_mg_dl, urea_nitrogen_mg_dl: 2 * sodium_mmol_l + glucose_mg_dl / 18 + urea_nitrogen_mg_dl / E(2.8))
linear("osmolar_gap", "Smithline and Gardner 1976", {"measured": num(250, 380, 1), "calculated": num(250, 380, 1)}, "gap", lambda measured, calculated: measured - calculated)
linear("glucose_corrected_sodium", "Katz 1973 and Hillier et al. 1999", {"sodium_mmol_l": sodium, "glucose_mg_dl": num(100, 1500, 1), "factor": one("katz", "hillier")}, "corrected_mmol_l",
       lambda sodium_mmol_l, glucose_mg_dl, factor: sodium_mmol_l + (glucose_mg_dl - 100) * (E(0.016) if factor == "katz" else E(0.024)), edges=[{"glucose_mg_dl": 100}, {"glucose_mg_dl": 99}], undefined=lambda glucose_mg_dl, **_: glucose_mg_dl < 100)
linear("expected_carbon_dioxide", "Albert, Dell, Winters 1967", {"bicarbonate_mmol_l": num(2, 23.9, 1)}, "pressure_mmhg", lambda bicarbonate_mmol_l: 3 * bicarbonate_mmol_l / 2 + 8, edges=[{"bicarbonate_mmol_l": 2}])

# Circulation

linear("mean_arterial_pressure", "one-third rule", {"systolic_mmhg": systolic, "diastolic_mmhg": whole(30, 60)}, None, lambda systolic_mmhg, diastolic_mmhg: {"mean_mmhg": (systolic_mmhg + 2 * diastolic_mmhg) / 3, "pulse_mmhg": systolic_mmhg - diastolic_mmhg},
       edges=[{"systolic_mmhg": 80, "diastolic_mmhg": 80}, {"systolic_mmhg": 80, "diastolic_mmhg": 81}], undefined=lambda systolic_mmhg, diastolic_mmhg: diastolic_mmhg > systolic_mmhg)
linear("shock_index", "Allgöwer and Burri 1967", {"heart_rate_bpm": whole(30, 190), "systolic_mmhg": systolic}, "shock_index", lambda heart_rate_bpm, systolic_mmhg: heart_rate_bpm / systolic_mmhg)
linear("left_ventricular_ejection", "definition", {"end_diastolic_ml": num(80, 300, 1), "end_systolic_ml": num(15, 80, 1)}, None,
       lambda end_diastolic_ml, end_systolic_ml: {"stroke_volume_ml": end_diastolic_ml - end_systolic_ml, "ejection_fraction": 100 - 100 * end_systolic_ml / end_diastolic_ml},
       edges=[{"end_diastolic_ml": 80, "end_systolic_ml": 80}, {"end_diastolic_ml": 80, "end_systolic_ml": 81}], undefined=lambda end_diastolic_ml, end_systolic_ml: end_systolic_ml > end_diastolic_ml)
linear("cardiac_power_output", "Fincke et al. 2004, JACC 44:340", {"mean_pressure_mmhg": num(40, 140, 1), "output_l_min": num(1, 12)}, "power_w", lambda mean_pressure_mmhg, output_l_min: mean_pressure_mmhg * output_l_min / 451)
linear("alveolar_arterial_gradient", "alveolar gas equation at 760 mmHg, RQ 0.8", {"oxygen_mmhg": num(30, 90, 1), "carbon_dioxide_mmhg": num(20, 80, 1), "inspired_oxygen_percent": num(21, 100, 0)}, None,
       lambda oxygen_mmhg, carbon_dioxide_mmhg, inspired_oxygen_percent: {"alveolar_mmhg": (a := 713 * inspired_oxygen_percent / 100 - Fraction(5, 4) * carbon_dioxide_mmhg), "gradient_mmhg": a - oxygen_mmhg})
linear("arterial_oxygen_content", "Hüfner's constant 1.34 and solubility 0.0031", {"haemoglobin_g_dl": num(4, 20, 1), "saturation_percent": num(60, 100, 1), "oxygen_mmhg": num(30, 300, 1)}, "content_ml_dl",
       lambda haemoglobin_g_dl, saturation_percent, oxygen_mmhg: E(0.0134) * haemoglobin_g_dl * saturation_percent + E(0.0031) * oxygen_mmhg)


@oracle("corrected_qt_interval", "Bazett 1920, Fridericia 1920 (numpy powers of RR), Sagie et al. 1992, Hodges et al. 1983, each from RR in seconds", {"qt_ms": whole(280, 600), "heart_rate_bpm": whole(35, 180), "formula": one("bazett", "fridericia", "framingham", "hodges")}, edges=[{"heart_rate_bpm": 60}], n=24)
def _(qt_ms, heart_rate_bpm, formula):
    rr = 60 / heart_rate_bpm
    if formula in ("bazett", "fridericia"):
        return {"corrected_qt_ms": qt_ms * numpy.power(rr, -1 / 2 if formula == "bazett" else -1 / 3)}
    return {"corrected_qt_ms": 1000 * (qt_ms / 1000 + 0.154 * (1 - rr)) if formula == "framingham" else qt_ms + 1.75 * (60 / rr - 60)}


@oracle("cardiac_output", "pint:unit arithmetic", {"stroke_volume_ml": num(20, 150, 1), "heart_rate_bpm": whole(30, 190)})
def _(stroke_volume_ml, heart_rate_bpm):
    return {"output_l_min": (Q(stroke_volume_ml, "mL") * Q(heart_rate_bpm, "1/minute")).to("L/minute").magnitude}


@oracle("cardiac_index", "pint:unit arithmetic", {"output_l_min": num(1, 12), "area_m2": num(0.5, 2.6)})
def _(output_l_min, area_m2):
    return {"index": (Q(output_l_min, "L/minute") / Q(area_m2, "m**2")).to("L/minute/m**2").magnitude}


@oracle("oxygen_delivery", "pint:unit arithmetic", {"output_l_min": num(1, 12), "content_ml_dl": num(5, 25, 1)})
def _(output_l_min, content_ml_dl):
    # Millilitres of gas in blood are not a volume of blood, so the gas is counted without a unit.
    return {"delivery_ml_min": (Q(output_l_min, "L/minute") * Q(content_ml_dl, "1/dL")).to("1/minute").magnitude}


@oracle("oxygenation_ratio", "Ranieri et al. 2012, JAMA 307:2526, table 3", {"oxygen_mmhg": num(30, 400, 1), "inspired_oxygen_percent": num(21, 100, 0)}, edges=[{"oxygen_mmhg": o, "inspired_oxygen_percent": 50} for o in (50, 50.5, 100, 100.5, 150, 150.5)])
def _(oxygen_mmhg, inspired_oxygen_percent):
    ratio = E(oxygen_mmhg) / (E(inspired_oxygen_percent) / 100)
    return {"ratio_mmhg": ratio, "class": ["severe", "moderate", "mild", "above the ARDS range"][bisect_left([100, 200, 300], ratio)]}


# Metabolism


def half_up(x):
    return math.floor(x + 0.5)


@oracle("meld_na_score", "OPTN Policy 9.1.D (2016): MELD(i) rounded to the tenth and multiplied by ten", {"bilirubin_mg_dl": log(0.2, 40), "inr": num(0.8, 6), "creatinine_mg_dl": log(0.4, 9), "sodium_mmol_l": whole(115, 145)},
        edges=[dict(bilirubin_mg_dl=0.5, inr=0.9, creatinine_mg_dl=0.5, sodium_mmol_l=140), dict(bilirubin_mg_dl=40, inr=9, creatinine_mg_dl=9, sodium_mmol_l=120), {"sodium_mmol_l": 124}, {"sodium_mmol_l": 138}], n=60, rel=0)
def _(bilirubin_mg_dl, inr, creatinine_mg_dl, sodium_mmol_l):
    bounded = lambda x, low, high: min(max(x, low), high)
    i = 0.957 * math.log(bounded(creatinine_mg_dl, 1, 4)) + 0.378 * math.log(max(bilirubin_mg_dl, 1)) + 1.120 * math.log(max(inr, 1)) + 0.643
    i = 10 * half_up(10 * i) / 10
    na = bounded(sodium_mmol_l, 125, 137)
    if i > 11:
        i = i + 1.32 * (137 - na) - 0.033 * i * (137 - na)
    return {"score": min(40, half_up(i))}


@oracle("fib4_index", "Sterling et al. 2006, Hepatology 43:1317", {"age_years": age, "ast_u_l": num(10, 400, 1), "alt_u_l": num(10, 400, 1), "platelets_10e9_l": platelets})
def _(age_years, ast_u_l, alt_u_l, platelets_10e9_l):
    return {"fib4": age_years * ast_u_l / platelets_10e9_l * alt_u_l**-0.5}


linear("ast_platelet_ratio_index", "Wai et al. 2003, Hepatology 38:518, ULN 40", {"ast_u_l": num(10, 400, 1), "platelets_10e9_l": platelets}, "apri", lambda ast_u_l, platelets_10e9_l: 100 * (ast_u_l / 40) / platelets_10e9_l)


@oracle("albumin_bilirubin_score", "Johnson et al. 2015, J. Clin. Oncol. 33:550", {"bilirubin_mg_dl": log(0.2, 30), "albumin_g_dl": albumin}, edges=[{"albumin_g_dl": 4.5, "bilirubin_mg_dl": 0.5}, {"albumin_g_dl": 2, "bilirubin_mg_dl": 9}], n=25)
def _(bilirubin_mg_dl, albumin_g_dl):
    score = 0.66 * math.log(17.1 * bilirubin_mg_dl) / math.log(10) - 0.085 * (10 * albumin_g_dl)
    return {"score": score, "grade": ["grade 1", "grade 2", "grade 3"][bisect_left([-2.60, -1.39], score)]}


linear("insulin_resistance_index", "Matthews et al. 1985, Diabetologia 28:412: mmol/L over 22.5, at 18 mg/dL a mmol/L", {"glucose_mg_dl": num(50, 300, 1), "insulin_mu_l": num(1, 90, 1)}, "homa_ir", lambda glucose_mg_dl, insulin_mu_l: glucose_mg_dl / 18 * insulin_mu_l / E(22.5))
linear("estimated_average_glucose", "Nathan et al. 2008, Diabetes Care 31:1473", {"hba1c_percent": num(4, 15, 1)}, "glucose_mg_dl", lambda hba1c_percent: E(28.7) * hba1c_percent - E(46.7))
linear("iron_deficit", "Ganzoni 1970", {"weight_kg": weight, "haemoglobin_g_dl": num(4, 14.9, 1)}, "deficit_mg", lambda weight_kg, haemoglobin_g_dl: E(2.4) * weight_kg * (15 - haemoglobin_g_dl) + 500, edges=[{"haemoglobin_g_dl": 15}], undefined=lambda weight_kg, haemoglobin_g_dl: haemoglobin_g_dl >= 15)


def ldl(total_mg_dl, hdl_mg_dl, triglycerides_mg_dl, equation):
    t = triglycerides_mg_dl
    if equation == "friedewald":
        return total_mg_dl - hdl_mg_dl - t / 5
    others = total_mg_dl - hdl_mg_dl
    return total_mg_dl / E(0.948) - hdl_mg_dl / E(0.971) - (t / E(8.56) + t * others / 2140 - t * t / 16100) - E(9.44)


linear("ldl_cholesterol", "Friedewald et al. 1972 and Sampson et al. 2020", {"total_mg_dl": num(120, 350, 1), "hdl_mg_dl": num(20, 90, 1), "triglycerides_mg_dl": num(40, 390, 1), "equation": one("friedewald", "sampson")}, "ldl_mg_dl", ldl,
       edges=[{"triglycerides_mg_dl": 400}, {"triglycerides_mg_dl": 401, "equation": "friedewald"}, {"triglycerides_mg_dl": 401, "equation": "sampson", "total_mg_dl": 300}, {"triglycerides_mg_dl": 801, "equation": "sampson"}, {"total_mg_dl": 60, "hdl_mg_dl": 70}],
       undefined=lambda **g: g["triglycerides_mg_dl"] > (400 if g["equation"] == "friedewald" else 800) or ldl(**g) < 0)


# Scores


@oracle("cha2ds2_vasc_score", "Lip et al. 2010, Chest 137:263, table 2", {"age_years": age, "sex": sex, "heart_failure": flag(), "hypertension": flag(), "diabetes": flag(), "stroke": flag(), "vascular_disease": flag()},
        edges=[{"age_years": a} for a in (64, 65, 74, 75)], n=25, rel=0)
def _(age_years, sex, heart_failure, hypertension, diabetes, stroke, vascular_disease):
    return {"score": heart_failure + hypertension + 2 * (age_years >= 75) + diabetes + 2 * stroke + vascular_disease + (65 <= age_years < 75) + (sex == "female")}


@oracle("curb65_score", "Lim et al. 2003, Thorax 58:377; urea in mmol/L by pint (urea nitrogen of 28.0134 g/mol)", {"confusion": flag(), "urea_nitrogen_mg_dl": num(5, 60, 1), "respiratory_rate": whole(10, 45), "systolic_mmhg": systolic, "diastolic_mmhg": diastolic, "age_years": age},
        edges=[{"respiratory_rate": 29}, {"respiratory_rate": 30}, {"systolic_mmhg": 89, "diastolic_mmhg": 80}, {"systolic_mmhg": 90, "diastolic_mmhg": 61}, {"systolic_mmhg": 120, "diastolic_mmhg": 60}, {"age_years": 64}, {"age_years": 65}, {"urea_nitrogen_mg_dl": 19.5}, {"urea_nitrogen_mg_dl": 19.7}], n=25, rel=0)
def _(confusion, urea_nitrogen_mg_dl, respiratory_rate, systolic_mmhg, diastolic_mmhg, age_years):
    urea = (Q(urea_nitrogen_mg_dl, "mg/dL") / Q(28.0134, "g/mol")).to("mmol/L").magnitude
    return {"score": confusion + (urea > 7) + (respiratory_rate >= 30) + (systolic_mmhg < 90 or diastolic_mmhg <= 60) + (age_years >= 65)}


@oracle("qsofa_score", "Singer et al. 2016, JAMA 315:801, box 4", {"respiratory_rate": whole(8, 40), "systolic_mmhg": systolic, "coma_score": whole(3, 15)}, edges=[{"respiratory_rate": r, "systolic_mmhg": s, "coma_score": c} for r in (21, 22) for s in (100, 101) for c in (14, 15)], rel=0)
def _(respiratory_rate, systolic_mmhg, coma_score):
    return {"score": (respiratory_rate >= 22) + (coma_score < 15) + (systolic_mmhg <= 100)}


# Royal College of Physicians 2017, chart 1: points of every whole value (tenths for temperature).
BANDS = {
    "respiratory_rate": [(range(0, 9), 3), (range(9, 12), 1), (range(12, 21), 0), (range(21, 25), 2), (range(25, 200), 3)],
    "saturation_percent": [(range(0, 92), 3), (range(92, 94), 2), (range(94, 96), 1), (range(96, 101), 0)],
    "systolic_mmhg": [(range(0, 91), 3), (range(91, 101), 2), (range(101, 111), 1), (range(111, 220), 0), (range(220, 400), 3)],
    "heart_rate_bpm": [(range(0, 41), 3), (range(41, 51), 1), (range(51, 91), 0), (range(91, 111), 1), (range(111, 131), 2), (range(131, 400), 3)],
    "temperature_c": [(range(0, 351), 3), (range(351, 361), 1), (range(361, 381), 0), (range(381, 391), 1), (range(391, 500), 2)],
}
observations = {"respiratory_rate": whole(6, 34), "saturation_percent": whole(86, 100), "supplemental_oxygen": flag(), "systolic_mmhg": whole(75, 235), "heart_rate_bpm": whole(32, 145), "coma_score": whole(3, 15), "temperature_c": num(33.5, 41, 1)}
well = {"respiratory_rate": 16, "saturation_percent": 98, "supplemental_oxygen": False, "systolic_mmhg": 120, "heart_rate_bpm": 70, "coma_score": 15, "temperature_c": 37.0}
limits = [{**well, name: (r[e] / 10 if name == "temperature_c" else r[e])} for name, bands in BANDS.items() for r, _points in bands for e in (0, -1)]
allowed = {"respiratory_rate": (1, 90), "saturation_percent": (20, 100), "systolic_mmhg": (30, 300), "heart_rate_bpm": (20, 300), "temperature_c": (25, 45)}
limits = [e for e in limits if all(low <= e[k] <= high for k, (low, high) in allowed.items())]


@oracle("early_warning_score", "Royal College of Physicians 2017, NEWS2, charts 1 and 2", observations, edges=[well, {**well, "coma_score": 14}, {**well, "supplemental_oxygen": True}, *limits], n=60, rel=0)
def _(**o):
    points = [next(p for r, p in bands if (round(10 * o[name]) if name == "temperature_c" else o[name]) in r) for name, bands in BANDS.items()]
    points += [2 if o["supplemental_oxygen"] else 0, 3 if o["coma_score"] < 15 else 0]
    total = sum(points)
    risk = "high" if total >= 7 else "medium" if total >= 5 else "low to medium" if 3 in points else "low"
    return {"score": total, "risk": risk}


# Pharmacology


def decay(half_life_h, hours):
    """Share of an amount left after first-order elimination, by integrating its differential equation."""
    rate = math.log(2) / half_life_h
    solution = scipy.integrate.solve_ivp(lambda t, y: [-rate], (0, hours), [0.0], rtol=1e-12, atol=1e-14)
    return math.exp(solution.y[0, -1])


@oracle("drug_remaining", "first-order elimination integrated by scipy.integrate.solve_ivp", {"half_life_h": half_life, "elapsed_h": num(0.5, 200, 1)}, edges=[{"elapsed_h": 0}, {"half_life_h": 24, "elapsed_h": 24}])
def _(half_life_h, elapsed_h):
    return {"remaining_percent": 100 * decay(half_life_h, elapsed_h) if elapsed_h else 100}


@oracle("time_to_steady_state", "first-order approach to steady state, solved by scipy.optimize.brentq", {"half_life_h": half_life, "steady_state_percent": num(1, 99.9, 1)}, edges=[{"steady_state_percent": p} for p in (50, 99.9, 1)])
def _(half_life_h, steady_state_percent):
    share = lambda x: 100 * (1 - 0.5**x) - steady_state_percent
    return {"time_h": half_life_h * scipy.optimize.brentq(share, 0, 40, xtol=1e-13)}


@oracle("accumulation_ratio", "many doses added up", {"half_life_h": log(0.5, 60), "interval_h": one(4, 6, 8, 12, 24, 48)}, edges=[{"half_life_h": 12, "interval_h": 12}])
def _(half_life_h, interval_h):
    return {"ratio": math.fsum(0.5 ** (k * interval_h / half_life_h) for k in range(3000))}


@oracle("systemic_clearance", "pint:unit arithmetic, with the rate constant ln 2 over half-life", {"half_life_h": half_life, "volume_l_kg": log(0.05, 50), "weight_kg": weight})
def _(half_life_h, volume_l_kg, weight_kg):
    rate = math.log(2) / Q(half_life_h, "hour")
    return {"clearance_l_h": (rate * Q(volume_l_kg, "L/kg") * Q(weight_kg, "kg")).to("L/hour").magnitude}


@oracle("loading_dose", "pint:unit arithmetic", {"target_mg_l": log(0.01, 90), "volume_l_kg": log(0.05, 50), "weight_kg": weight, "bioavailability_percent": num(5, 100, 1)}, edges=[{"target_mg_l": 0}])
def _(target_mg_l, volume_l_kg, weight_kg, bioavailability_percent):
    absorbed = Q(target_mg_l, "mg/L") * Q(volume_l_kg, "L/kg") * Q(weight_kg, "kg")
    return {"dose_mg": absorbed.to("mg").magnitude / bioavailability_percent * 100}


@oracle("maintenance_dose", "pint:unit arithmetic", {"target_mg_l": log(0.01, 90), "clearance_l_h": log(0.05, 200), "bioavailability_percent": num(5, 100, 1)}, edges=[{"target_mg_l": 0}])
def _(target_mg_l, clearance_l_h, bioavailability_percent):
    eliminated = Q(target_mg_l, "mg/L") * Q(clearance_l_h, "L/hour") * Q(1, "day")
    return {"dose_mg": eliminated.to("mg").magnitude / bioavailability_percent * 100}


linear("free_concentration", "total less bound", {"concentration_mg_l": num(0, 90), "protein_binding_percent": num(0, 100, 1)}, "free_mg_l", lambda concentration_mg_l, protein_binding_percent: concentration_mg_l - concentration_mg_l * protein_binding_percent / 100, edges=[{"protein_binding_percent": 100}, {"protein_binding_percent": 0}])
linear("weight_based_dose", "definition", {"dose_mg": log(0.5, 5000), "weight_kg": weight}, "dose_mg_kg", lambda dose_mg, weight_kg: dose_mg / weight_kg)
linear("carboplatin_dose", "Calvert et al. 1989, J. Clin. Oncol. 7:1748", {"target_auc": num(2, 8, 1), "gfr_ml_min": num(10, 150, 1)}, "dose_mg", lambda target_auc, gfr_ml_min: target_auc * gfr_ml_min + 25 * target_auc)

# Evidence


def trial(r):
    n1, n2 = r.randint(20, 900), r.randint(20, 900)
    return {"treated_events": r.randint(0, n1 // 2), "treated": n1, "control_events": r.randint(1, n2 // 2), "control": n2}


@oracle("treatment_effect", "Altman 1991, Practical Statistics for Medical Research, 10.11, in exact fractions", trial,
        edges=[dict(treated_events=10, treated=10, control_events=5, control=10), dict(treated_events=1, treated=10, control_events=10, control=10), dict(treated_events=0, treated=10, control_events=5, control=10), dict(treated_events=20, treated=100, control_events=20, control=100)])
def _(treated_events, treated, control_events, control):
    refuse_if(treated_events >= treated or control_events >= control)
    risk, base = Fraction(treated_events, treated), Fraction(control_events, control)
    result = {"risk_reduction_percent": 100 * (base - risk), "relative_risk": risk / base, "odds_ratio": (risk / (1 - risk)) / (base / (1 - base))}
    return result | ({"number_needed_to_treat": 1 / (base - risk)} if base > risk else {})


@oracle("diagnostic_accuracy", "definitions in exact fractions", {"true_positives": whole(1, 900), "false_positives": whole(1, 900), "false_negatives": whole(0, 900), "true_negatives": whole(1, 900)}, edges=[{"false_negatives": 0}, {"true_positives": 0}])
def _(true_positives, false_positives, false_negatives, true_negatives):
    refuse_if(true_positives == 0)
    sensitivity = Fraction(true_positives, true_positives + false_negatives)
    specificity = 1 - Fraction(false_positives, false_positives + true_negatives)
    return {
        "sensitivity_percent": 100 * sensitivity,
        "specificity_percent": 100 * specificity,
        "positive_predictive_value_percent": 100 * Fraction(true_positives, true_positives + false_positives),
        "negative_predictive_value_percent": 100 * Fraction(true_negatives, true_negatives + false_negatives),
        "positive_likelihood_ratio": sensitivity / (1 - specificity),
    }


@oracle("post_test_probability", "Bayes' theorem in odds, in exact fractions", {"pre_test_percent": num(0.1, 99, 1), "sensitivity_percent": num(30, 100, 1), "specificity_percent": num(30, 99.9, 1)}, edges=[{"specificity_percent": 0}, {"specificity_percent": 100}, {"pre_test_percent": 50}])
def _(pre_test_percent, sensitivity_percent, specificity_percent):
    if specificity_percent == 100:
        return {"post_test_percent": 100}
    prior = E(pre_test_percent) / 100
    odds = prior / (1 - prior) * E(sensitivity_percent) / (100 - E(specificity_percent))
    return {"post_test_percent": 100 * odds / (1 + odds)}


linear("expected_cases", "prevalence times population", {"prevalence": num(0.1, 900, 1), "inhabitants": whole(500, 900_000)}, "cases", lambda prevalence, inhabitants: inhabitants / Fraction(100_000) * prevalence, edges=[{"prevalence": 0}])


# Acute care: points of a value by the steps of the published tables, looked up with bisect


def steps(limits, points):
    """Points of a value: `limits` in rising order, `points` one more than limits; a value at a limit has the points above it."""
    return lambda x: points[bisect_right(limits, x)]


ORGANS = {"arterial_oxygen_mmhg": num(40, 300, 1), "inspired_oxygen_percent": num(21, 100, 0), "ventilated": flag(), "platelets_10e9_l": log(5, 400, 3), "bilirubin_mg_dl": log(0.3, 20, 3), "mean_pressure_mmhg": num(45, 120, 1),
          "noradrenaline_ug_kg_min": one(0, 0, 0.05, 0.1, 0.11, 0.6), "coma_score": whole(3, 15), "creatinine_mg_dl": log(0.5, 7, 3), "urine_output_ml": one(50, 199, 200, 499, 500, 1500)}
fit_organs = {"arterial_oxygen_mmhg": 100, "inspired_oxygen_percent": 25, "ventilated": False, "platelets_10e9_l": 150, "bilirubin_mg_dl": 1.1, "mean_pressure_mmhg": 70, "noradrenaline_ug_kg_min": 0, "coma_score": 15, "creatinine_mg_dl": 1.1, "urine_output_ml": 500}
organ_edges = [fit_organs] + [{**fit_organs, k: v} for k, values in {"arterial_oxygen_mmhg": (99, 75, 74, 50, 49, 25, 24), "platelets_10e9_l": (149, 100, 99, 50, 49, 20, 19), "bilirubin_mg_dl": (1.2, 1.9, 2, 5.9, 6, 11.9, 12), "mean_pressure_mmhg": (69.9,), "coma_score": (14, 13, 12, 10, 9, 6, 5), "creatinine_mg_dl": (1.2, 1.9, 2, 3.4, 3.5, 4.9, 5), "urine_output_ml": (499, 200, 199)}.items() for v in values]


@oracle("sofa_score", "Vincent et al. 1996, Intensive Care Med 22:707, table 3", ORGANS, edges=organ_edges + [{**fit_organs, "arterial_oxygen_mmhg": o, "ventilated": True} for o in (49, 24)] + [{"coma_score": 2}, {"inspired_oxygen_percent": 20}], n=60, rel=0)
def _(**o):
    refuse_if(not 3 <= o["coma_score"] <= 15 or not 21 <= o["inspired_oxygen_percent"] <= 100)
    ratio = E(o["arterial_oxygen_mmhg"]) * 100 / E(o["inspired_oxygen_percent"])
    respiration = steps([100, 200, 300, 400], [4, 3, 2, 1, 0])(ratio)
    dose = o["noradrenaline_ug_kg_min"]
    circulation = 0 if dose == 0 and o["mean_pressure_mmhg"] >= 70 else 1 if dose == 0 else 3 if dose <= 0.1 else 4
    renal = max(steps([1.2, 2, 3.5, 5], [0, 1, 2, 3, 4])(o["creatinine_mg_dl"]), steps([200, 500], [4, 3, 0])(o["urine_output_ml"]))
    return {"score": (respiration if o["ventilated"] else min(2, respiration)) + steps([20, 50, 100, 150], [4, 3, 2, 1, 0])(o["platelets_10e9_l"]) + steps([1.2, 2, 6, 12], [0, 1, 2, 3, 4])(o["bilirubin_mg_dl"])
            + circulation + steps([6, 10, 13, 15], [4, 3, 2, 1, 0])(o["coma_score"]) + renal}


# Knaus et al. 1985, figure 1, from the lowest to the highest step.
PHYSIOLOGY = {
    "temperature_c": steps([30, 32, 34, 36, 38.5, 39, 41], [4, 3, 2, 1, 0, 1, 3, 4]),
    "mean_pressure_mmhg": steps([50, 70, 110, 130, 160], [4, 2, 0, 2, 3, 4]),
    "heart_rate_bpm": steps([40, 55, 70, 110, 140, 180], [4, 3, 2, 0, 2, 3, 4]),
    "respiratory_rate": steps([6, 10, 12, 25, 35, 50], [4, 2, 1, 0, 1, 3, 4]),
    "ph": steps([7.15, 7.25, 7.33, 7.5, 7.6, 7.7], [4, 3, 2, 0, 1, 3, 4]),
    "sodium_mmol_l": steps([111, 120, 130, 150, 155, 160, 180], [4, 3, 2, 0, 1, 2, 3, 4]),
    "potassium_mmol_l": steps([2.5, 3, 3.5, 5.5, 6, 7], [4, 2, 1, 0, 1, 3, 4]),
    "haematocrit_percent": steps([20, 30, 46, 50, 60], [4, 2, 0, 1, 2, 4]),
    "leukocytes_10e9_l": steps([1, 3, 15, 20, 40], [4, 2, 0, 1, 2, 4]),
    "age_years": steps([45, 55, 65, 75], [0, 2, 3, 5, 6]),
}
APACHE = {"temperature_c": num(28, 42, 1), "mean_pressure_mmhg": num(40, 175, 1), "heart_rate_bpm": whole(30, 190), "respiratory_rate": whole(4, 55), "arterial_oxygen_mmhg": num(40, 300, 1), "inspired_oxygen_percent": one(21, 30, 49, 50, 60, 80, 100), "carbon_dioxide_mmhg": num(20, 80, 1), "ph": num(7, 7.8),
          "sodium_mmol_l": whole(105, 185), "potassium_mmol_l": num(2, 7.5, 1), "creatinine_mg_dl": num(0.3, 6, 1), "kidney_injury": flag(), "haematocrit_percent": num(15, 65, 1), "leukocytes_10e9_l": log(0.5, 60, 3), "coma_score": whole(3, 15), "age_years": age, "chronic_failure": one("none", "medical or emergency surgery", "elective surgery")}


@oracle("apache_ii_score", "Knaus et al. 1985, Crit Care Med 13:818, figure 1", APACHE, edges=[{"age_years": 17}, {"arterial_oxygen_mmhg": 70, "inspired_oxygen_percent": 21}, {"arterial_oxygen_mmhg": 61, "inspired_oxygen_percent": 21}, {"arterial_oxygen_mmhg": 55, "inspired_oxygen_percent": 21}, {"arterial_oxygen_mmhg": 54.9, "inspired_oxygen_percent": 21}, *({"creatinine_mg_dl": c} for c in (0.5, 0.6, 1.4, 1.5, 2, 3.5))], n=90, rel=0)
def _(**a):
    refuse_if(a["age_years"] < 18)
    if a["inspired_oxygen_percent"] >= 50:
        gradient = E(a["inspired_oxygen_percent"]) / 100 * (760 - 47) - E(a["carbon_dioxide_mmhg"]) / E("0.8") - E(a["arterial_oxygen_mmhg"])
        oxygenation = steps([200, 350, 500], [0, 2, 3, 4])(gradient)
    else:
        oxygenation = 0 if a["arterial_oxygen_mmhg"] > 70 else steps([55, 61], [4, 3, 1])(a["arterial_oxygen_mmhg"])
    creatinine_points = steps([0.6, 1.5, 2, 3.5], [2, 0, 2, 3, 4])(a["creatinine_mg_dl"]) * (1 + a["kidney_injury"])
    chronic = {"none": 0, "elective surgery": 2, "medical or emergency surgery": 5}[a["chronic_failure"]]
    return {"score": sum(points(a[name]) for name, points in PHYSIOLOGY.items()) + oxygenation + creatinine_points + 15 - a["coma_score"] + chronic}


@oracle("child_pugh_score", "Pugh et al. 1973, Br J Surg 60:646, table 1, with INR limits 1.7 and 2.3", {"bilirubin_mg_dl": log(0.4, 9, 2), "albumin_g_dl": num(2, 4.6, 1), "inr": num(0.9, 3, 1), "ascites": one("absent", "slight", "moderate"), "encephalopathy": one("none", "grade 1 or 2", "grade 3 or 4")},
        edges=[{"bilirubin_mg_dl": b} for b in (1.9, 2, 3, 3.1)] + [{"albumin_g_dl": x} for x in (2.7, 2.8, 3.5, 3.6)] + [{"inr": x} for x in (1.6, 1.7, 2.3, 2.4)], n=40, rel=0)
def _(bilirubin_mg_dl, albumin_g_dl, inr, ascites, encephalopathy):
    middle = lambda x, low, high: 1 if x < low else 2 if x <= high else 3
    total = middle(bilirubin_mg_dl, 2, 3) + {1: 3, 2: 2, 3: 1}[middle(albumin_g_dl, 2.8, 3.5)] + middle(inr, 1.7, 2.3)
    total += ["absent", "slight", "moderate"].index(ascites) + ["none", "grade 1 or 2", "grade 3 or 4"].index(encephalopathy) + 2
    return {"score": total, "class": "A" if total < 7 else "B" if total < 10 else "C"}


@oracle("has_bled_score", "Pisters et al. 2010, Chest 138:1093, table 3; 200 µmol/L of creatinine by its molar mass of 113.12 g/mol", {"systolic_mmhg": systolic, "creatinine_mg_dl": num(0.5, 5), "cirrhosis": flag(), "stroke": flag(), "bleeding": flag(), "labile_inr": flag(), "age_years": age, "antiplatelets": flag(), "drinks_per_week": whole(0, 20)},
        edges=[{"systolic_mmhg": 160}, {"systolic_mmhg": 161}, {"age_years": 65}, {"age_years": 66}, {"drinks_per_week": 7}, {"drinks_per_week": 8}, {"creatinine_mg_dl": 2.26}, {"creatinine_mg_dl": 2.27}], n=40, rel=0)
def _(systolic_mmhg, creatinine_mg_dl, cirrhosis, stroke, bleeding, labile_inr, age_years, antiplatelets, drinks_per_week):
    micromolar = (Q(creatinine_mg_dl, "mg/dL") / Q(113.12, "g/mol")).to("umol/L").magnitude
    return {"score": sum([systolic_mmhg > 160, micromolar > 200, cirrhosis, stroke, bleeding, labile_inr, age_years > 65, antiplatelets, drinks_per_week >= 8])}


@oracle("wells_thrombosis_score", "Wells et al. 2003, NEJM 349:1227, table 1", {"cancer": flag(), "paralysis": flag(), "bedridden": flag(), "tenderness": flag(), "leg_swollen": flag(), "calf_difference_cm": num(0, 7, 1), "pitting_oedema": flag(), "collateral_veins": flag(), "earlier_thrombosis": flag(), "alternative": flag()},
        edges=[{"calf_difference_cm": 3}, {"calf_difference_cm": 3.1}], n=40, rel=0)
def _(calf_difference_cm, alternative, **signs):
    total = sum(signs.values()) + (calf_difference_cm > 3) - (2 if alternative else 0)
    return {"score": total, "verdict": "likely" if total > 1 else "unlikely"}


@oracle("wells_embolism_score", "Wells et al. 2000, Thromb Haemost 83:416, table 2", {"leg_swollen": flag(), "tenderness": flag(), "alternative": flag(), "heart_rate_bpm": whole(50, 150), "recent_immobility": flag(), "earlier_thrombosis": flag(), "haemoptysis": flag(), "cancer": flag()},
        edges=[{"heart_rate_bpm": 100}, {"heart_rate_bpm": 101}], n=40, rel=0)
def _(leg_swollen, tenderness, alternative, heart_rate_bpm, recent_immobility, earlier_thrombosis, haemoptysis, cancer):
    halves = 6 * all([leg_swollen, tenderness]) + 6 * (not alternative) + 3 * (heart_rate_bpm > 100) + 3 * recent_immobility + 3 * earlier_thrombosis + 2 * haemoptysis + 2 * cancer
    return {"score": halves / 2, "verdict": "likely" if halves > 8 else "unlikely"}


# Ventilation

linear("rox_index", "Roca et al. 2016, J Crit Care 35:200", {"saturation_percent": num(70, 100, 0), "inspired_oxygen_percent": num(21, 100, 0), "respiratory_rate": whole(6, 50)}, "rox_index", lambda saturation_percent, inspired_oxygen_percent, respiratory_rate: 100 * saturation_percent / (inspired_oxygen_percent * respiratory_rate))
predicted = lambda sex, height_cm: (50 if sex == "male" else E(45.5)) + E(0.91) * (height_cm - E(152.4))
linear("tidal_volume_by_predicted_weight", "ARDS Network 2000, NEJM 342:1301", {"tidal_volume_ml": whole(200, 800), "sex": sex, "height_cm": num(140, 205, 1)}, None,
       lambda tidal_volume_ml, sex, height_cm: {"volume_ml_kg": tidal_volume_ml / predicted(sex, height_cm), "predicted_weight_kg": predicted(sex, height_cm)}, edges=[{"height_cm": 90}, {"height_cm": 152.4}], undefined=lambda tidal_volume_ml, sex, height_cm: predicted(sex, height_cm) < 15)
linear("respiratory_mechanics", "Amato et al. 2015, NEJM 372:747", {"tidal_volume_ml": whole(200, 800), "plateau_cmh2o": whole(16, 40), "peep_cmh2o": whole(0, 15)}, None,
       lambda tidal_volume_ml, plateau_cmh2o, peep_cmh2o: {"driving_pressure": plateau_cmh2o - peep_cmh2o, "compliance": tidal_volume_ml / (plateau_cmh2o - peep_cmh2o)}, edges=[{"plateau_cmh2o": 10, "peep_cmh2o": 10}], undefined=lambda tidal_volume_ml, plateau_cmh2o, peep_cmh2o: plateau_cmh2o <= peep_cmh2o)
linear("mechanical_power", "Gattinoni et al. 2016, simplified: 0.098 RR Vt (Ppeak - (Pplat - PEEP) / 2)", {"tidal_volume_ml": whole(200, 800), "plateau_cmh2o": whole(16, 30), "peep_cmh2o": whole(0, 15), "peak_cmh2o": whole(30, 50), "ventilator_rate": whole(8, 35)}, "power_j_min",
       lambda tidal_volume_ml, plateau_cmh2o, peep_cmh2o, peak_cmh2o, ventilator_rate: E(0.049) * ventilator_rate * tidal_volume_ml / 1000 * (2 * peak_cmh2o - plateau_cmh2o + peep_cmh2o), edges=[{"peak_cmh2o": 15, "plateau_cmh2o": 16}, {"plateau_cmh2o": 10, "peep_cmh2o": 10}],
       undefined=lambda tidal_volume_ml, plateau_cmh2o, peep_cmh2o, peak_cmh2o, ventilator_rate: plateau_cmh2o <= peep_cmh2o or peak_cmh2o < plateau_cmh2o)

# Kidney, liver, metabolism, blood and dosing once more

linear("fractional_urea_excretion", "Carvounis et al. 2002, Kidney Int 62:2223, as a quotient of clearances", {"urine_urea_nitrogen_mg_dl": num(50, 1500, 1), "urea_nitrogen_mg_dl": num(5, 120, 1), "urine_creatinine_mg_dl": num(10, 300, 1), "creatinine_mg_dl": creatinine}, "excretion_percent",
       lambda urine_urea_nitrogen_mg_dl, urea_nitrogen_mg_dl, urine_creatinine_mg_dl, creatinine_mg_dl: 100 * (urine_urea_nitrogen_mg_dl / urea_nitrogen_mg_dl) / (urine_creatinine_mg_dl / creatinine_mg_dl))
linear("transtubular_potassium_gradient", "Ethier et al. 1990, Am J Kidney Dis 15:309", {"urine_potassium_mmol_l": num(5, 150, 1), "potassium_mmol_l": num(2, 8, 1), "urine_osmolality_mosm_kg": num(330, 1200, 0), "osmolality_mosm_kg": num(250, 325, 0)}, "gradient",
       lambda urine_potassium_mmol_l, potassium_mmol_l, urine_osmolality_mosm_kg, osmolality_mosm_kg: urine_potassium_mmol_l * osmolality_mosm_kg / (potassium_mmol_l * urine_osmolality_mosm_kg), edges=[{"urine_osmolality_mosm_kg": 300, "osmolality_mosm_kg": 300}],
       undefined=lambda urine_potassium_mmol_l, potassium_mmol_l, urine_osmolality_mosm_kg, osmolality_mosm_kg: urine_osmolality_mosm_kg <= osmolality_mosm_kg)
linear("maddrey_discriminant_function", "Carithers et al. 1989, Ann Intern Med 110:685", {"prothrombin_s": num(9, 60, 1), "control_s": num(10, 14, 1), "bilirubin_mg_dl": log(0.2, 40)}, "discriminant", lambda prothrombin_s, control_s, bilirubin_mg_dl: bilirubin_mg_dl - E(4.6) * control_s + E(4.6) * prothrombin_s)


@oracle("triglyceride_glucose_index", "Simental-Mendía et al. 2008, as a sum of numpy.log1p", {"triglycerides_mg_dl": num(20, 900, 1), "glucose_mg_dl": num(50, 400, 1)})
def _(triglycerides_mg_dl, glucose_mg_dl):
    return {"index": numpy.log1p(triglycerides_mg_dl - 1) + numpy.log1p(glucose_mg_dl - 1) - numpy.log1p(1)}


linear("estimated_blood_volume", "Nadler et al. 1962, Surgery 51:224, with the height in centimetres", {"sex": sex, "height_cm": height, "weight_kg": weight}, "volume_l",
       lambda sex, height_cm, weight_kg: (E(0.3669) if sex == "male" else E(0.3561)) * height_cm**3 / 10**6 + (E(0.03219) if sex == "male" else E(0.03308)) * weight_kg + (E(0.6041) if sex == "male" else E(0.1833)))
linear("allowable_blood_loss", "Gross 1983, Anesthesiology 58:277", {"blood_volume_l": num(1, 9), "haemoglobin_g_dl": num(9, 19, 1), "accepted_g_dl": num(5, 9, 1)}, "loss_l", lambda blood_volume_l, haemoglobin_g_dl, accepted_g_dl: 2 * blood_volume_l * (haemoglobin_g_dl - accepted_g_dl) / (haemoglobin_g_dl + accepted_g_dl),
       edges=[{"haemoglobin_g_dl": 8, "accepted_g_dl": 8}, {"haemoglobin_g_dl": 7, "accepted_g_dl": 8}], undefined=lambda blood_volume_l, haemoglobin_g_dl, accepted_g_dl: haemoglobin_g_dl < accepted_g_dl)
linear("renally_adjusted_dose", "Giusti and Hayton 1973, Drug Intell Clin Pharm 7:382: non-renal and renal elimination added up", {"usual_dose_mg": log(1, 3000), "renal_share_percent": num(0, 100, 1), "clearance_ml_min": num(0, 160, 1)}, "dose_mg",
       lambda usual_dose_mg, renal_share_percent, clearance_ml_min: usual_dose_mg * ((100 - renal_share_percent) + renal_share_percent * min(clearance_ml_min, 120) / 120) / 100, edges=[{"clearance_ml_min": 120}, {"clearance_ml_min": 0}, {"renal_share_percent": 0}])
linear("case_payment", "Fetter et al. 1980, as a share of the average case", {"cost_weight": num(0.1, 9, 3), "base_rate_eur": num(1000, 9000, 0)}, "payment_eur", lambda cost_weight, base_rate_eur: cost_weight / (1 / base_rate_eur), edges=[{"cost_weight": 0}, {"cost_weight": 1}], undefined=lambda cost_weight, base_rate_eur: cost_weight < E(0.01))
