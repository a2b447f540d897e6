//! Units that questions and derivations know: words for symbols, and the linear conversions between them.

/// A unit: symbol, plural words, dimension, and the linear map to the dimension's base (`base = factor · x + offset`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unit {
    /// Symbol used in meanings.
    pub symbol: &'static str,
    /// Words a question uses.
    pub words: &'static str,
    /// Words for exactly one.
    pub one: &'static str,
    /// Units of one dimension convert into each other.
    pub dimension: &'static str,
    /// Multiplier to the base unit.
    pub factor: f64,
    /// Added after multiplying.
    pub offset: f64,
}

const fn unit(
    symbol: &'static str,
    words: &'static str,
    one: &'static str,
    dimension: &'static str,
    factor: f64,
) -> Unit {
    Unit { symbol, words, one, dimension, factor, offset: 0.0 }
}

/// Every unit with words. International yard and pound (1959) for mi, ft, in, lb; ISO 80000 for the rest.
pub const UNITS: &[Unit] = &[
    unit("m", "metres", "metre", "length", 1.0),
    unit("km", "kilometres", "kilometre", "length", 1000.0),
    unit("cm", "centimetres", "centimetre", "length", 0.01),
    unit("mm", "millimetres", "millimetre", "length", 0.001),
    unit("mi", "miles", "mile", "length", 1609.344),
    unit("nmi", "nautical miles", "nautical mile", "length", 1852.0),
    unit("ft", "feet", "foot", "length", 0.3048),
    unit("in", "inches", "inch", "length", 0.0254),
    unit("km2", "square kilometres", "square kilometre", "area", 1e6),
    unit("m2", "square metres", "square metre", "area", 1.0),
    unit("ha", "hectares", "hectare", "area", 1e4),
    unit("mi2", "square miles", "square mile", "area", 2_589_988.110_336),
    unit("kg", "kilograms", "kilogram", "mass", 1.0),
    unit("g", "grams", "gram", "mass", 1e-3),
    unit("mg", "milligrams", "milligram", "mass", 1e-6),
    unit("lb", "pounds", "pound", "mass", 0.453_592_37),
    unit("s", "seconds", "second", "time", 1.0),
    unit("min", "minutes", "minute", "time", 60.0),
    unit("h", "hours", "hour", "time", 3600.0),
    unit("days", "days", "day", "time", 86_400.0),
    unit("degC", "degrees Celsius", "degree Celsius", "temperature", 1.0),
    Unit {
        symbol: "degF",
        words: "degrees Fahrenheit",
        one: "degree Fahrenheit",
        dimension: "temperature",
        factor: 5.0 / 9.0,
        offset: -160.0 / 9.0,
    },
    unit("kPa", "kilopascals", "kilopascal", "pressure", 1.0),
    unit("mmHg", "millimetres of mercury", "millimetre of mercury", "pressure", 0.133_322_387_415),
    unit("Da", "daltons", "dalton", "molecular mass", 1.0),
    unit("kDa", "kilodaltons", "kilodalton", "molecular mass", 1000.0),
    unit("L", "litres", "litre", "volume", 1.0),
    unit("mL", "millilitres", "millilitre", "volume", 1e-3),
    unit("deg", "degrees", "degree", "angle", 1.0),
    unit("rad", "radians", "radian", "angle", 57.295_779_513_082_32),
    unit("EUR", "euros", "euro", "euro", 1.0),
    unit("k EUR", "thousand euros", "thousand euros", "euro", 1e3),
    unit("M EUR", "million euros", "million euros", "euro", 1e6),
    unit("USD", "US dollars", "US dollar", "US dollar", 1.0),
    unit("M USD", "million US dollars", "million US dollars", "US dollar", 1e6),
    unit("%", "percent", "percent", "share", 1.0),
    unit("pp", "percentage points", "percentage point", "share", 1.0),
    unit("years", "years", "year", "years", 1.0),
    unit("months", "months", "month", "months", 1.0),
];

/// The unit of that symbol.
pub fn find(symbol: &str) -> Option<&'static Unit> {
    UNITS.iter().find(|u| u.symbol == symbol)
}

/// Words for a unit symbol; a symbol that has none speaks for itself (`mg/dL`, `kg/m2`).
pub fn words(symbol: &str) -> &str {
    find(symbol).map_or(symbol, |u| u.words)
}

/// Words for so many of a unit: "1 hour", "2 hours".
pub fn words_for(x: f64, symbol: &str) -> &str {
    find(symbol).map_or(symbol, |u| if x == 1.0 { u.one } else { u.words })
}

/// `x` converted between units of one dimension.
pub fn convert(x: f64, from: &str, to: &str) -> Option<f64> {
    let (from, to) = (find(from)?, find(to)?);
    (from.dimension == to.dimension).then(|| (x * from.factor + from.offset - to.offset) / to.factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversions_are_linear_and_exact_where_defined_so() {
        assert_eq!(convert(1.0, "mi", "km"), Some(1.609344));
        assert!((convert(212.0, "degF", "degC").unwrap() - 100.0).abs() < 1e-9);
        assert!((convert(37.0, "degC", "degF").unwrap() - 98.6).abs() < 1e-9);
        assert_eq!(convert(1.0, "km", "kg"), None);
    }
}
