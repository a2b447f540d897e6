//! Native tools of the medical domain: bedside formulas whose inputs are what the clinic's records return.

use dive_tools::native::{Builder, NativeTool};

mod acute;
mod body;
mod chemistry;
mod circulation;
mod evidence;
mod kidney;
mod metabolism;
mod pharmacology;
mod scores;
mod ventilation;

/// All of them.
pub fn tools() -> Vec<NativeTool> {
    [
        body::tools(),
        kidney::tools(),
        chemistry::tools(),
        circulation::tools(),
        metabolism::tools(),
        scores::tools(),
        acute::tools(),
        ventilation::tools(),
        pharmacology::tools(),
        evidence::tools(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Parameters that many formulas share: one meaning, one label, one range.
trait Findings: Sized {
    fn weight(self) -> Self;
    fn height(self) -> Self;
    fn age(self) -> Self;
    fn sex(self) -> Self;
    fn serum_creatinine(self) -> Self;
    fn serum_sodium(self) -> Self;
    fn serum_glucose(self) -> Self;
    fn serum_albumin(self) -> Self;
    fn bicarbonate(self) -> Self;
    fn systolic(self) -> Self;
    fn diastolic(self) -> Self;
    fn ast(self) -> Self;
    fn platelets(self) -> Self;
    fn half_life(self) -> Self;
}

impl Findings for Builder {
    fn weight(self) -> Self {
        self.param("weight_kg", "amount:mass.body[kg]", "Body weight in kilograms.")
            .label("body weight")
            .range(2.0, 400.0)
            .sample(48.0, 110.0, 0.5)
    }

    fn height(self) -> Self {
        self.param("height_cm", "amount:length.height[cm]", "Height in centimetres.")
            .label("height")
            .range(50.0, 250.0)
            .sample(153.0, 198.0, 1.0)
    }

    fn age(self) -> Self {
        self.param("age_years", "level:age.patient[years]", "Age in years (adults).")
            .label("age")
            .range(18.0, 120.0)
            .sample(19.0, 92.0, 1.0)
    }

    fn sex(self) -> Self {
        self.param("sex", "category:sex", "Sex: female or male.")
            .choices(&[("female", "female sex"), ("male", "male sex")])
    }

    fn serum_creatinine(self) -> Self {
        self.param("creatinine_mg_dl", "level:creatinine.serum[mg/dL]", "Serum creatinine in mg/dL.")
            .label("serum creatinine")
            .range(0.1, 30.0)
            .sample(0.5, 4.5, 0.1)
    }

    fn serum_sodium(self) -> Self {
        self.param("sodium_mmol_l", "level:sodium.serum[mmol/L]", "Serum sodium in mmol/L.")
            .label("serum sodium")
            .range(90.0, 200.0)
            .sample(122.0, 155.0, 1.0)
    }

    fn serum_glucose(self) -> Self {
        self.param("glucose_mg_dl", "level:glucose.serum[mg/dL]", "Serum glucose in mg/dL.")
            .label("serum glucose")
            .range(10.0, 2000.0)
            .sample(110.0, 640.0, 10.0)
    }

    fn serum_albumin(self) -> Self {
        self.param("albumin_g_dl", "level:albumin.serum[g/dL]", "Serum albumin in g/dL.")
            .label("serum albumin")
            .range(0.5, 7.0)
            .sample(1.8, 4.8, 0.1)
    }

    fn bicarbonate(self) -> Self {
        self.param("bicarbonate_mmol_l", "level:bicarbonate.serum[mmol/L]", "Serum bicarbonate in mmol/L.")
            .label("serum bicarbonate")
            .range(2.0, 60.0)
            .sample(9.0, 32.0, 1.0)
    }

    fn systolic(self) -> Self {
        self.param("systolic_mmhg", "level:blood_pressure.systolic[mmHg]", "Systolic blood pressure in mmHg.")
            .label("systolic blood pressure")
            .range(30.0, 300.0)
            .sample(82.0, 190.0, 2.0)
    }

    fn diastolic(self) -> Self {
        self.param("diastolic_mmhg", "level:blood_pressure.diastolic[mmHg]", "Diastolic blood pressure in mmHg.")
            .label("diastolic blood pressure")
            .range(10.0, 200.0)
            .sample(44.0, 80.0, 2.0)
    }

    fn ast(self) -> Self {
        self.param("ast_u_l", "level:enzyme.ast[U/L]", "Aspartate aminotransferase in U/L.")
            .label("aspartate aminotransferase level")
            .range(1.0, 20_000.0)
            .sample(18.0, 240.0, 2.0)
    }

    fn platelets(self) -> Self {
        self.param("platelets_10e9_l", "level:cell_count.platelets[×10^9/L]", "Platelet count in 10^9 per litre.")
            .label("platelet count")
            .range(1.0, 3000.0)
            .sample(60.0, 420.0, 5.0)
    }

    fn half_life(self) -> Self {
        self.param("half_life_h", "level:half_life[h]", "Elimination half-life in hours.")
            .label("elimination half-life")
            .range(0.01, 5000.0)
            .sample(1.5, 48.0, 0.5)
    }
}

/// Half-up rounding to an integer, for scores that are defined as whole numbers.
fn whole(x: f64) -> i64 {
    (x + 0.5).floor() as i64
}
