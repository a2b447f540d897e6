"""General: geodesy, calendar, statistics, units, atmosphere and water, chemistry, whole numbers."""

import datetime
import math
import zlib
from importlib.metadata import version

import babel.numbers
import dateutil.easter
import fluids
import numpy
import periodictable
import phonenumbers
import pint
import pycountry
import pygeohash
import roman
import scipy.constants
import scipy.optimize
import scipy.stats
import stdnum.ean
import stdnum.luhn
import sympy
from geographiclib.geodesic import Geodesic

from golden import Domain, date, letters, log, many, num, one, refuse_if, whole

DOMAIN = Domain("general")
oracle = DOMAIN.oracle

units = pint.UnitRegistry()
Q = units.Quantity

# The sphere of the mean radius R1 of the IUGG, in metres.
SPHERE = Geodesic(6_371_008.8, 0.0)


def two_points(r):
    latitude, longitude = num(-89, 89, 4), num(-180, 180, 4)
    return {
        "latitude_1": latitude(r),
        "longitude_1": longitude(r),
        "latitude_2": latitude(r),
        "longitude_2": longitude(r),
    }


def points(a, b, c, d):
    return {"latitude_1": a, "longitude_1": b, "latitude_2": c, "longitude_2": d}


GEOGRAPHICLIB = "geographiclib:Geodesic of a sphere"


@oracle(
    "great_circle_distance",
    GEOGRAPHICLIB,
    two_points,
    edges=[points(10, 20, 10, 20), points(90, 0, -90, 0), points(0, 179.9, 0, -179.9), points(51.5, -0.1, 51.5001, -0.1001)],
)
def _(latitude_1, longitude_1, latitude_2, longitude_2):
    line = SPHERE.Inverse(latitude_1, longitude_1, latitude_2, longitude_2)
    return {"distance_km": line["s12"] / 1000}


@oracle(
    "initial_bearing",
    GEOGRAPHICLIB,
    two_points,
    edges=[points(0, 0, 10, 0), points(10, 0, 0, 0), points(0, 10, 0, -10), points(0, 170, 0, -170), points(1, 2, 1, 2)],
)
def _(latitude_1, longitude_1, latitude_2, longitude_2):
    refuse_if((latitude_1, longitude_1) == (latitude_2, longitude_2))
    return {"bearing_deg": SPHERE.Inverse(latitude_1, longitude_1, latitude_2, longitude_2)["azi1"] % 360}


@oracle(
    "geographic_midpoint",
    GEOGRAPHICLIB,
    two_points,
    edges=[points(0, 170, 0, -160), points(10, 20, 10, 20), points(0, 0, 0, 180)],
)
def _(latitude_1, longitude_1, latitude_2, longitude_2):
    line = SPHERE.InverseLine(latitude_1, longitude_1, latitude_2, longitude_2)
    refuse_if(line.a13 > 179.9999999)
    middle = line.Position(line.s13 / 2)
    return {"latitude": middle["lat2"], "longitude": middle["lon2"]}


@oracle("geohash", "pygeohash:encode", lambda r: {"latitude": num(-89.9, 89.9, 5)(r), "longitude": num(-179.9, 179.9, 5)(r)},
        edges=[{"latitude": 0, "longitude": 0}, {"latitude": -90, "longitude": -180}, {"latitude": 89.99999, "longitude": 179.99999}])
def _(latitude, longitude):
    return {"geohash": pygeohash.encode(latitude, longitude, precision=8)}


@oracle("horizon_distance", "tangent to a circle by Pythagoras, in decimal arithmetic",
        {"elevation_m": num(0, 9000, 1)}, edges=[{"elevation_m": 0}, {"elevation_m": 100000}, {"elevation_m": 0.5}])
def _(elevation_m):
    from decimal import Decimal, getcontext

    getcontext().prec = 40
    radius, h = Decimal("6371008.8"), Decimal(str(elevation_m))
    return {"distance_km": ((radius + h) ** 2 - radius**2).sqrt() / 1000}


PINT = "pint:unit arithmetic"


@oracle("travel_time", PINT, {"distance_km": num(0, 2000, 1), "speed_kmh": num(0.5, 900, 1)}, edges=[{"distance_km": 0}])
def _(distance_km, speed_kmh):
    return {"hours": (Q(distance_km, "km") / Q(speed_kmh, "km/hour")).to("hour").magnitude}


@oracle("average_speed", PINT, {"distance_km": num(0, 2000, 1), "minutes": num(1, 900, 1)}, edges=[{"distance_km": 0}])
def _(distance_km, minutes):
    return {"speed_kmh": (Q(distance_km, "km") / Q(minutes, "minute")).to("km/hour").magnitude}


@oracle("river_gradient", PINT, {"source_m": whole(0, 3000), "mouth_m": whole(0, 1200), "length_km": num(1, 900, 1)},
        edges=[{"source_m": 50, "mouth_m": 50}, {"source_m": 10, "mouth_m": 11}])
def _(source_m, mouth_m, length_km):
    refuse_if(source_m < mouth_m)
    return {"gradient": ((Q(source_m, "m") - Q(mouth_m, "m")) / Q(length_km, "km")).to("m/km").magnitude}


@oracle("population_density", PINT, {"inhabitants": whole(0, 2_000_000), "area_km2": num(0.5, 9000)}, edges=[{"inhabitants": 0}])
def _(inhabitants, area_km2):
    return {"per_km2": (Q(inhabitants, "") / Q(area_km2, "km**2")).to("km**-2").magnitude}


@oracle("lake_volume", PINT, {"area_km2": num(0.1, 900), "mean_depth_m": num(0.5, 400, 1)}, edges=[{"mean_depth_m": 0}])
def _(area_km2, mean_depth_m):
    return {"volume_km3": (Q(area_km2, "km**2") * Q(mean_depth_m, "m")).to("km**3").magnitude}


@oracle("filling_time", PINT, {"volume_km3": log(0.001, 90), "inflow_m3s": log(0.01, 5000)}, edges=[{"volume_km3": 0}])
def _(volume_km3, inflow_m3s):
    return {"years": (Q(volume_km3, "km**3") / Q(inflow_m3s, "m**3/s")).to("year").magnitude}


@oracle("shoreline_development", "Hutchinson 1957, A Treatise on Limnology, vol. 1",
        {"shoreline_km": num(5, 90, 1), "area_km2": num(0.5, 60, 1)}, edges=[{"shoreline_km": 1, "area_km2": 25}])
def _(shoreline_km, area_km2):
    circle = 2 * math.pi * math.sqrt(area_km2 / math.pi)
    refuse_if(shoreline_km / circle < 0.999)
    return {"index": shoreline_km / circle}


def converter(tool, base, names, low, high):
    @oracle(tool, PINT, {"value": num(low, high, 3), "unit": one(*names)}, edges=[{"unit": u} for u in names] + [{"value": 0}])
    def _(value, unit):
        return {"converted": (Q(value, base) / names[unit]).to("").magnitude}


# The library's own furlong and acre are those of the US survey foot; the tool's are international.
mile, foot, yard, nautical = units.mile, units.foot, units.yard, units.nautical_mile
converter("convert_kilometres", "km", {"mile": mile, "nautical_mile": nautical, "furlong": 660 * foot, "marathon": Q(42195, "m")}, 0, 5000)
converter("convert_square_kilometres", "km**2", {"hectare": units.hectare, "acre": 4840 * yard**2, "square_mile": mile**2, "square_nautical_mile": nautical**2}, 0, 5000)
converter("convert_elevation", "m", {"foot": foot, "fathom": 6 * foot, "yard": yard}, -400, 9000)
converter("convert_minutes", "minute", {"second": units.second, "hour": units.hour, "day": units.day}, 0, 5000)


@oracle("convert_temperature", PINT, {"value": num(-273.15, 500), "scale": one("fahrenheit", "kelvin", "rankine")},
        edges=[{"value": -273.15}, {"value": -40, "scale": "fahrenheit"}, {"value": 0, "scale": "kelvin"}, {"value": 100, "scale": "rankine"}])
def _(value, scale):
    target = {"fahrenheit": "degF", "kelvin": "kelvin", "rankine": "degR"}[scale]
    return {"converted": Q(value, "degC").to(target).magnitude}


# Calendar

DATETIME = "python:datetime"


@oracle("weekday_of_date", DATETIME, {"date": date(1583, 2400)},
        edges=[{"date": "2010-01-01"}, {"date": "2024-12-30"}, {"date": "2000-02-29"}, {"date": "2020-12-31"}, {"date": "0001-01-01"}, {"date": "9999-12-31"}])
def _(date):
    day = datetime.date.fromisoformat(date)
    return {"weekday": day.strftime("%A"), "iso_week": day.isocalendar().week, "day_of_year": day.timetuple().tm_yday}


@oracle("date_after_days", DATETIME, {"date": date(1700, 2300), "days": whole(-40000, 40000)},
        edges=[{"days": 0}, {"date": "1900-02-28", "days": 1}, {"date": "2000-02-28", "days": 1}, {"days": 1.5}])
def _(date, days):
    refuse_if(days != int(days))
    return {"result": (datetime.date.fromisoformat(date) + datetime.timedelta(days=days)).isoformat()}


@oracle("working_days", "numpy:busday_count", {"start": date(1950, 2049), "end": date(1980, 2100)},
        edges=[{"start": "2024-01-06", "end": "2024-01-06"}, {"start": "2024-01-05", "end": "2024-01-08"}, {"start": "2024-01-07", "end": "2024-01-06"}])
def _(start, end):
    refuse_if(start > end)
    after = datetime.date.fromisoformat(start) + datetime.timedelta(days=1)
    until = datetime.date.fromisoformat(end) + datetime.timedelta(days=1)
    return {"working_days": int(numpy.busday_count(after, until))}


@oracle("full_years_between", "python-dateutil:relativedelta", {"start": date(1850, 1999), "end": date(1990, 2090)},
        edges=[{"start": "2000-02-29", "end": "2021-03-01"}, {"start": "1990-06-30", "end": "2025-06-30"}, {"start": "1990-07-01", "end": "2025-06-30"}, {"start": "2001-01-01", "end": "2000-01-01"}])
def _(start, end):
    from dateutil.relativedelta import relativedelta

    refuse_if(start > end)
    between = relativedelta(datetime.date.fromisoformat(end), datetime.date.fromisoformat(start))
    return {"years": between.years}


@oracle("easter_sunday", "python-dateutil:easter", {"year": whole(1583, 4099)},
        edges=[{"year": y} for y in (1583, 1818, 1943, 1954, 1981, 2038, 2285, 4099)], n=40)
def _(year):
    return {"date": dateutil.easter.easter(year).isoformat()}


# Statistics

series = many(num(-100, 500), 3, 30)
positive_series = many(log(0.01, 1e6), 3, 30)


@oracle("sample_standard_deviation", "numpy:std(ddof=1)", {"values": series}, edges=[{"values": [3]}, {"values": []}, {"values": [2, 2]}, {"values": [1e9, 1e9 + 1, 1e9 + 2]}])
def _(values):
    refuse_if(len(values) < 2)
    return {"standard_deviation": numpy.std(values, ddof=1)}


@oracle("coefficient_of_variation", "scipy:stats.variation(ddof=1)", {"values": positive_series}, edges=[{"values": [-3, 1, 1]}, {"values": [0, 0]}, {"values": [5, 5]}])
def _(values):
    refuse_if(len(values) < 2 or sum(values) <= 0)
    return {"percent": 100 * scipy.stats.variation(values, ddof=1)}


@oracle("percentile", "numpy:percentile(method=linear)", {"values": series, "rank": one("10", "20", "30", "40", "60", "70", "80", "90", "95")},
        edges=[{"values": []}, {"values": [7.5]}, {"values": [1, 1, 1, 9]}, {"values": list(range(11)), "rank": "10"}])
def _(values, rank):
    refuse_if(not values)
    return {"value": numpy.percentile(values, int(rank), method="linear")}


@oracle("interquartile_range", "scipy:stats.iqr", {"values": series}, edges=[{"values": [4]}, {"values": [1, 2]}, {"values": [3, 3, 3]}])
def _(values):
    refuse_if(len(values) < 2)
    return {"range": scipy.stats.iqr(values)}


@oracle("geometric_mean", "scipy:stats.gmean", {"values": positive_series}, edges=[{"values": [1, 0]}, {"values": []}, {"values": [1e-300, 1e300]}, {"values": [7]}])
def _(values):
    refuse_if(not values or min(values) <= 0)
    return {"geometric_mean": scipy.stats.gmean(values)}


@oracle("gini_coefficient", "Gini 1912 as half the relative mean absolute difference, over all pairs", {"values": positive_series},
        edges=[{"values": [0, 0, 0, 5]}, {"values": [5, 5, 5]}, {"values": [0, 0]}, {"values": [-1, 2]}, {"values": [4]}])
def _(values):
    refuse_if(len(values) < 2 or min(values) < 0 or sum(values) == 0)
    differences = numpy.abs(numpy.subtract.outer(values, values)).mean()
    return {"gini": differences / 2 / numpy.mean(values)}


for _name in ("compound_growth_rate", "compound_growth_rate_between_censuses"):

    @oracle(_name, "scipy:optimize.brentq on the definition", {"values": positive_series}, edges=[{"values": [5]}, {"values": [5, 0]}, {"values": [0, 5]}, {"values": [3, -1, 3]}])
    def _(values):

        refuse_if(len(values) < 2 or values[0] <= 0 or values[-1] <= 0)
        rate = scipy.optimize.brentq(lambda r: values[0] * (1 + r) ** (len(values) - 1) - values[-1], -0.999999999, 1e9, xtol=1e-15, rtol=1e-14)
        return {"percent": 100 * rate}


@oracle("linear_trend", "numpy:polyfit", {"values": series}, edges=[{"values": [1, 2]}, {"values": [4, 4, 4]}])
def _(values):
    refuse_if(len(values) < 3)
    return {"slope": numpy.polyfit(range(1, len(values) + 1), values, 1)[0]}


@oracle("largest_standard_score", "scipy:stats.zscore(ddof=1)", {"values": series}, edges=[{"values": [1, 2]}, {"values": [4, 4, 4]}])
def _(values):
    refuse_if(len(values) < 3 or len(set(values)) == 1)
    return {"z": max(scipy.stats.zscore(values, ddof=1))}


def pairs(r):
    n = r.randint(3, 25)
    x = [round(r.uniform(-50, 50), r.randint(0, 2)) for _ in range(n)]
    return {"x": x, "y": [round(0.7 * v * r.choice((1, 1, -0.4)) + r.gauss(0, 15), r.randint(0, 2)) for v in x]}


pair_edges = [{"x": [1, 2, 3], "y": [1, 2]}, {"x": [1, 2], "y": [1, 2]}, {"x": [2, 2, 2], "y": [1, 2, 3]}, {"x": [1, 2, 3], "y": [5, 5, 5]},
              {"x": [1, 2, 2, 3, 3, 3], "y": [3, 1, 1, 2, 2, 9]}]


def refuse_unpaired(x, y, y_may_be_constant=False):
    refuse_if(len(x) != len(y) or len(x) < 3 or len(set(x)) == 1)
    refuse_if(not y_may_be_constant and len(set(y)) == 1)


@oracle("pearson_correlation", "scipy:stats.pearsonr", pairs, edges=pair_edges)
def _(x, y):
    refuse_unpaired(x, y)
    return {"r": scipy.stats.pearsonr(x, y).statistic}


@oracle("spearman_correlation", "scipy:stats.spearmanr", pairs, edges=pair_edges)
def _(x, y):
    refuse_unpaired(x, y)
    return {"rho": scipy.stats.spearmanr(x, y).statistic}


@oracle("regression_slope", "scipy:stats.linregress", pairs, edges=pair_edges)
def _(x, y):
    refuse_unpaired(x, y, y_may_be_constant=True)
    return {"slope": scipy.stats.linregress(x, y).slope}


# Atmosphere, weather and sunlight


@oracle("standard_atmosphere", "fluids:ATMOSPHERE_1976", {"elevation_m": num(-1000, 11000, 1)}, edges=[{"elevation_m": 0}, {"elevation_m": 11000}, {"elevation_m": -1000}], rel=2e-5)
def _(elevation_m):
    # The library takes a geometric, the standard a geopotential altitude; its gas constant is that of 1976.
    radius = 6_356_766.0
    air = fluids.ATMOSPHERE_1976(elevation_m * radius / (radius - elevation_m))
    return {"pressure_kpa": air.P / 1000, "temperature_c": air.T - 273.15, "density": air.rho}


@oracle("speed_of_sound", "fluids:ATMOSPHERE_1976.sonic_velocity", {"temperature_c": num(-60, 60, 1)}, edges=[{"temperature_c": 0}, {"temperature_c": -100}], rel=2e-5)
def _(temperature_c):
    return {"speed_ms": fluids.ATMOSPHERE_1976.sonic_velocity(temperature_c + 273.15)}


@oracle("water_boiling_point", "Antoine equation of water, A = 8.07131, B = 1730.63, C = 233.426, solved by scipy.optimize.brentq", {"pressure_kpa": num(0.7, 101.4)}, edges=[{"pressure_kpa": 0.7}])
def _(pressure_kpa):
    torr = Q(pressure_kpa, "kPa").to("mmHg").magnitude
    return {"boiling_c": scipy.optimize.brentq(lambda t: 10 ** (8.07131 - 1730.63 / (233.426 + t)) - torr, -20, 150, xtol=1e-13, rtol=1e-14)}


@oracle("dew_point", "Alduchov and Eskridge 1996: vapour pressure 6.1094 exp(17.625 t / (243.04 + t)), inverted by scipy.optimize.brentq",
        {"temperature_c": num(-45, 60, 1), "humidity_pct": num(1, 100, 1)}, edges=[{"humidity_pct": 100}, {"humidity_pct": 1}])
def _(temperature_c, humidity_pct):
    def pressure(t):
        return 6.1094 * math.exp(17.625 * t / (243.04 + t))

    target = humidity_pct / 100 * pressure(temperature_c)
    return {"dew_point_c": scipy.optimize.brentq(lambda t: math.log(pressure(t) / target), -150, 80, xtol=1e-13, rtol=1e-14)}


@oracle("wind_chill", "Osczevski and Bluestein 2005, Bull. Am. Meteorol. Soc. 86:1453, metric form", {"temperature_c": num(-60, 10, 1), "wind_kmh": num(4.8, 200, 1)}, edges=[{"wind_kmh": 4.8}, {"temperature_c": 10}])
def _(temperature_c, wind_kmh):
    gust = wind_kmh**0.16
    return {"index_c": 13.12 + 0.6215 * temperature_c + (0.3965 * temperature_c - 11.37) * gust}


def declination(day):
    """CBM model, Forsythe et al. 1995, equations 1 and 2; the numbers are radians."""
    number = datetime.date.fromisoformat(day).timetuple().tm_yday
    theta = 0.2163108 + 2 * math.atan(0.9671396 * math.tan(0.00860 * (number - 186)))
    return math.asin(0.39795 * math.cos(theta))


@oracle("day_length", "Forsythe et al. 1995, Ecological Modelling 80:87, equation 3 with p = 0.8333",
        {"latitude": num(-65, 65, 2), "date": date(1950, 2050)},
        edges=[{"latitude": 90, "date": "2024-06-21"}, {"latitude": -90, "date": "2024-06-21"}, {"latitude": 66.5, "date": "2024-12-21"}, {"latitude": 0}], rel=1e-6)
def _(latitude, date):
    phi, delta = math.radians(latitude), declination(date)
    x = (math.sin(math.radians(0.8333)) + math.sin(phi) * math.sin(delta)) / (math.cos(phi) * math.cos(delta))
    return {"hours": 24 - 24 / math.pi * math.acos(min(1, max(-1, x)))}


@oracle("solar_noon_altitude", "Forsythe et al. 1995 for the declination; angle between zenith and Sun by spherical trigonometry",
        {"latitude": num(-90, 90, 2), "date": date(1950, 2050)}, edges=[{"latitude": 90, "date": "2024-12-21"}, {"latitude": 0, "date": "2024-03-20"}])
def _(latitude, date):
    phi, delta = math.radians(latitude), declination(date)
    sine = math.sin(phi) * math.sin(delta) + math.cos(phi) * math.cos(delta)
    across = abs(math.sin(phi) * math.cos(delta) - math.cos(phi) * math.sin(delta))
    return {"altitude_deg": math.degrees(math.atan2(sine, across))}


# Chemistry

FORMULAS = ["H2O", "CO2", "NaCl", "CaCO3", "H2SO4", "C6H12O6", "Fe2O3", "KMnO4", "Ca(OH)2", "Al2(SO4)3", "C8H10N4O2", "Mg3(PO4)2",
            "CH3(CH2)16COOH", "K4Fe(CN)6", "Ca5(PO4)3OH", "(NH4)2SO4", "Cu(NH3)4SO4", "UO2", "C60", "He", "Hg2Cl2", "PbCrO4", "Co", "CO"]
HANDBOOK = "periodictable:formula (IUPAC atomic weights)"


@oracle("molar_mass", HANDBOOK, {"formula": one(*FORMULAS)}, edges=[{"formula": f} for f in FORMULAS] + [{"formula": f} for f in ("", "h2o", "Xx2", "H2O)", "((H)", "H-2")], n=0, rel=6e-5)
def _(formula):
    refuse_if(formula in ("", "h2o", "Xx2", "H2O)", "((H)", "H-2"))
    parsed = periodictable.formula(formula)
    return {"molar_mass": parsed.mass, "atoms": sum(parsed.atoms.values())}


@oracle("mass_fraction", HANDBOOK, {"element": one("H", "C", "O"), "formula": one(*FORMULAS)}, edges=[{"element": "C", "formula": "H2O"}], n=30, rel=1e-4)
def _(element, formula):
    fractions = {str(e): share for e, share in periodictable.formula(formula).mass_fraction.items()}
    refuse_if(element not in fractions)
    return {"percent": 100 * fractions[element]}


@oracle("amount_of_substance", PINT, {"mass_g": num(0, 900), "molar_mass": num(1, 900, 3)}, edges=[{"mass_g": 0}])
def _(mass_g, molar_mass):
    return {"moles": (Q(mass_g, "g") / Q(molar_mass, "g/mol")).to("mol").magnitude}


@oracle("ideal_gas_density", "scipy:constants.R, with periodictable's weights", {"gas": one("air", "N2", "O2", "CO2", "CH4", "He", "Ar", "H2"), "pressure_kpa": num(0, 900), "temperature_c": num(-100, 900, 1)},
        edges=[{"gas": g} for g in ("air", "N2", "O2", "CO2", "CH4", "He", "Ar", "H2")], rel=1e-4)
def _(gas, pressure_kpa, temperature_c):

    weight = 28.964420 if gas == "air" else periodictable.formula(gas).mass
    return {"density": pressure_kpa * 1000 * weight / 1000 / (scipy.constants.R * (temperature_c + 273.15))}


# Whole numbers and check digits


@oracle("prime_factors", "sympy:factorint", {"number": whole(2, 10**9)}, edges=[{"number": n} for n in (2, 4, 999999937, 10**9, 2**29, 510510, 31607**2, 12.5)])
def _(number):
    refuse_if(number != int(number))
    factors = sympy.factorint(number)
    return {"largest_prime": max(factors), "distinct_primes": len(factors), "divisors": sympy.divisor_count(number)}


@oracle("greatest_common_divisor", "sympy:gcd", lambda r: {"a": r.randint(1, 10**6) * (f := r.randint(1, 10**6)), "b": r.randint(1, 10**6) * f}, edges=[{"a": 1, "b": 1}, {"a": 10**15, "b": 999999999999989}, {"a": 1.5}])
def _(a, b):
    refuse_if(a != int(a) or b != int(b))
    return {"divisor": sympy.gcd(a, b)}


@oracle("combinations", "sympy:binomial", lambda r: {"n": (n := r.randint(0, 60)), "k": r.randint(0, n)}, edges=[{"n": 0, "k": 0}, {"n": 60, "k": 60}, {"n": 60, "k": 0}, {"n": 3, "k": 4}, {"n": 60, "k": 22}])
def _(n, k):
    refuse_if(k > n)
    return {"ways": sympy.binomial(n, k)}


@oracle("roman_numeral", "roman:toRoman", {"year": whole(1, 3999)}, edges=[{"year": y} for y in (1, 4, 9, 40, 90, 400, 444, 900, 999, 3888, 3999)], n=30)
def _(year):
    return {"numeral": roman.toRoman(year)}


@oracle("base_representation", "numpy:base_repr", {"number": whole(0, 10**12), "base": one("2", "8", "12", "16", "36")}, edges=[{"number": 0}, {"number": 9 * 10**15, "base": "36"}, {"number": 2.5}])
def _(number, base):
    refuse_if(number != int(number))
    return {"digits": numpy.base_repr(number, int(base))}


@oracle("luhn_check_digit", "python-stdnum:luhn", {"digits": letters("0123456789", 1, 30)}, edges=[{"digits": d} for d in ("0", "000", "12a4", "", "9" * 64, "9" * 65)])
def _(digits):
    refuse_if(not digits.isdecimal() or len(digits) > 64)
    return {"check_digit": int(stdnum.luhn.calc_check_digit(digits))}


@oracle("ean13_check_digit", "python-stdnum:ean", {"base": letters("0123456789", 12, 12)}, edges=[{"base": d} for d in ("000000000000", "12345", "12345678901x", "")])
def _(base):
    refuse_if(not base.isdecimal() or len(base) != 12)
    return {"check_digit": int(stdnum.ean.calc_check_digit(base))}


@oracle("crc32_checksum", "python:zlib.crc32", {"digits": letters("0123456789", 1, 40)}, edges=[{"digits": ""}, {"digits": "x"}, {"digits": "0" * 64}])
def _(digits):
    refuse_if(not digits.isdecimal() or len(digits) > 64)
    return {"checksum": f"{zlib.crc32(digits.encode()):08x}"}


# Facts of the real world, from other tables than the tools' own

COUNTRIES = {"SE": "Sweden", "NL": "the Netherlands", "GB": "the United Kingdom", "BG": "Bulgaria", "HR": "Croatia", "US": "the United States",
             "KR": "South Korea", "CI": "Ivory Coast", "CV": "Cape Verde", "SS": "South Sudan", "TL": "Timor-Leste"}
COUNTRIES |= {c.alpha_2: c.name for c in pycountry.countries if c.name in (
    "Albania Argentina Armenia Australia Austria Azerbaijan Bangladesh Belgium Benin Botswana Brazil Cambodia Cameroon Canada Chad Chile China Colombia Cuba Denmark "
    "Ecuador Egypt Estonia Ethiopia Fiji Finland France Gabon Georgia Germany Ghana Greece Guatemala Guyana Haiti Honduras Hungary Iceland India Indonesia Iraq Ireland "
    "Israel Italy Jamaica Japan Jordan Kazakhstan Kenya Kuwait Kyrgyzstan Latvia Lebanon Lesotho Liberia Libya Liechtenstein Lithuania Luxembourg Madagascar Malawi "
    "Malaysia Mali Malta Mauritania Mauritius Mexico Monaco Mongolia Montenegro Morocco Mozambique Myanmar Namibia Nauru Nepal Nicaragua Niger Nigeria Norway Oman "
    "Pakistan Palau Panama Paraguay Peru Poland Portugal Qatar Romania Rwanda Samoa Senegal Serbia Seychelles Singapore Slovakia Slovenia Somalia Spain Sudan Suriname "
    "Switzerland Tajikistan Thailand Togo Tonga Tunisia Turkmenistan Tuvalu Uganda Ukraine Uruguay Uzbekistan Vanuatu Yemen Zambia Zimbabwe").split()}


@oracle("country_profile", f"pycountry {version('pycountry')}, phonenumbers {version('phonenumbers')}, and Babel {version('babel')} for the currency of February 2026",
        {"country": one("Sweden")}, edges=[{"country": name} for name in sorted(COUNTRIES.values())], n=0)
def _(country):
    code = next(c for c, name in COUNTRIES.items() if name == country)
    tender = babel.numbers.get_territory_currencies(code, start_date=datetime.date(2026, 2, 1))
    expected = {"alpha3": pycountry.countries.get(alpha_2=code).alpha_3, "calling_code": f"+{phonenumbers.country_code_for_region(code)}"}
    if code == "BG":
        # The euro since 1 January 2026, which this release of the CLDR does not have yet.
        tender = ["EUR"]
    # Where several currencies are legal tender there is no telling which of them a table names.
    return expected | ({"currency": tender[0]} if len(tender) == 1 else {})


@oracle("currency_profile", "pycountry:currencies", {"currency": one("SEK")}, edges=[{"currency": c} for c in "SEK EUR USD GBP JPY CHF DKK NOK PLN CZK HUF RON TRY BRL MXN INR CNY KRW THB IDR MYR PHP SGD AUD NZD CAD ZAR EGP KES NGN XOF XAF ILS SAR AED KWD JOD TND ISK UAH".split()], n=0)
def _(currency):
    return {"numeric_code": pycountry.currencies.get(alpha_3=currency).numeric}


ELEMENTS = [e for e in periodictable.elements if 1 <= e.number <= 92 and e.number not in (43, 61)]


@oracle("element_profile", "periodictable:elements", {"element": one("gold")}, edges=[{"element": e.name} for e in ELEMENTS], n=0, rel=2e-4)
def _(element):
    e = next(e for e in ELEMENTS if e.name == element)
    return {"symbol": e.symbol, "atomic_number": e.number, "atomic_weight": e.mass}


@oracle("natural_isotopes", "periodictable:isotope abundances", {"element": one("gold")}, edges=[{"element": e.name} for e in ELEMENTS if e.number <= 83], n=0, rel=0.02, abs_=0.02)
def _(element):
    e = next(e for e in ELEMENTS if e.name == element)
    natural = sorted((i.isotope, i.abundance) for i in e if i.abundance)
    expected = {}
    for place, (mass, abundance) in enumerate(natural):
        expected |= {f"isotopes/{place}/mass_number": mass, f"isotopes/{place}/abundance": abundance}
    return expected
