//! Dates: weekdays, intervals and movable feasts, in the proleptic Gregorian calendar.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{NativeTool, native};
use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use serde_json::json;

/// Dates that a question may state.
const DATES: [&str; 8] =
    ["1903-11-17", "1928-05-24", "1957-09-02", "1966-04-12", "1984-10-30", "1999-12-31", "2016-02-29", "2025-06-30"];

/// The tools of this family.
pub fn tools() -> Vec<NativeTool> {
    vec![weekday(), date_after(), working_days(), full_years(), easter(), other_calendars()]
}

/// A date in ISO 8601.
pub(super) fn read(text: &str) -> Result<Date, ToolError> {
    text.parse().map_err(|_| ToolError::bad(format!("`{text}` is not a calendar date; write it as YYYY-MM-DD.")))
}

/// Both dates, the earlier one first.
fn ordered(start: &str, end: &str) -> Result<(Date, Date), ToolError> {
    let (start, end) = (read(start)?, read(end)?);
    if start > end {
        return Err(ToolError::bad("The end date must not be before the start date."));
    }
    Ok((start, end))
}

fn weekday() -> NativeTool {
    // ISO 8601 week dates. 1 January 2010 is a Friday in week 53 of 2009.
    native(
        "general.calendar.weekday_of_date",
        Processing,
        "Day of the week, ISO 8601 week number and day of the year of a calendar date.",
    )
    .param("date", "date", "Calendar date, YYYY-MM-DD.")
    .sample_of(DATES)
    .field("weekday", "category:weekday", "day of the week in the Gregorian calendar")
    .plural("days of the week")
    .phrase("the day of the week on which {date} falls in the Gregorian calendar")
    // Told, but not asked for: nobody wants the week number of a founding.
    .field("iso_week", "position:iso_week", "")
    .field("day_of_year", "position:day_of_year", "")
    .tail("of {date}")
    .example_equals(json!({"date": "1969-07-20"}), "/weekday", json!("Sunday"))
    .example(json!({"date": "2010-01-01"}), "/iso_week", 53.0)
    .example(json!({"date": "2024-12-31"}), "/day_of_year", 366.0)
    .example_error(json!({"date": "2023-02-29"}))
    .run(|date: String| {
        let date = read(&date)?;
        let name = match date.weekday() {
            Weekday::Monday => "Monday",
            Weekday::Tuesday => "Tuesday",
            Weekday::Wednesday => "Wednesday",
            Weekday::Thursday => "Thursday",
            Weekday::Friday => "Friday",
            Weekday::Saturday => "Saturday",
            Weekday::Sunday => "Sunday",
        };
        Ok(json!({"weekday": name, "iso_week": date.iso_week_date().week(), "day_of_year": date.day_of_year()}))
    })
}

fn date_after() -> NativeTool {
    native("general.calendar.date_after_days", Processing, "Calendar date a number of days after a date.")
        .param("date", "date", "Start date, YYYY-MM-DD.")
        .sample_of(DATES)
        .param("days", "amount:duration[days]", "Number of days to add; a whole number, negative to go back.")
        .range(-1_000_000.0, 1_000_000.0)
        .sample_of([30, 45, 90, 100, 180, 250, 500, 1000, 2500, 5000, 10_000])
        .field("result", "date:shifted", "calendar date")
        .tail("reached by adding {days} to {date}")
        .example_equals(json!({"date": "2024-01-31", "days": 30}), "/result", json!("2024-03-01"))
        .example_equals(json!({"date": "2000-01-01", "days": -1}), "/result", json!("1999-12-31"))
        .example_error(json!({"date": "2000-13-01", "days": 1}))
        .run(|date: String, days: f64| {
            if days.fract() != 0.0 {
                return Err(ToolError::bad("The number of days must be whole."));
            }
            let shifted = read(&date)?.checked_add((days as i64).days());
            let shifted =
                shifted.map_err(|_| ToolError::bad("The resulting date is outside the years -9999 to 9999."))?;
            Ok(json!({"result": shifted.to_string()}))
        })
}

fn working_days() -> NativeTool {
    native(
        "general.calendar.working_days",
        Processing,
        "Number of working days (Monday to Friday, public holidays not excluded) after a start date up to and including an end date.",
    )
    .param("start", "date:submission", "Start date, YYYY-MM-DD; not counted itself.")
    .label("start date")
    .sample_of(["2024-01-15", "2024-05-02", "2024-09-10", "2025-01-07", "2025-02-14", "2025-04-03"])
    .param("end", "date:acceptance", "End date, YYYY-MM-DD; counted.")
    .label("end date")
    .sample_of(["2025-11-28", "2025-12-19", "2025-12-31", "2026-01-30", "2026-03-31"])
    .field("working_days", "count:working_day", "number of working days (Monday to Friday)")
    .plural("numbers of working days (Monday to Friday)")
    .tail("after {start} up to and including {end}")
    .example(json!({"start": "2024-01-01", "end": "2024-01-31"}), "/working_days", 22.0)
    .example(json!({"start": "2024-01-05", "end": "2024-01-07"}), "/working_days", 0.0)
    .example_error(json!({"start": "2024-01-31", "end": "2024-01-01"}))
    .run(|start: String, end: String| {
        let (start, end) = ordered(&start, &end)?;
        let total = start.until(end).map_or(0, |s| i64::from(s.get_days()));
        // Whole weeks have five working days each; the rest is counted one by one.
        let offset = i64::from(start.weekday().to_monday_zero_offset());
        let rest = (1..=total % 7).filter(|d| (offset + d) % 7 < 5).count() as i64;
        Ok(json!({"working_days": total / 7 * 5 + rest}))
    })
}

fn full_years() -> NativeTool {
    native(
        "general.calendar.full_years_between",
        Processing,
        "Number of full years (anniversaries) completed between two dates, as ages are counted.",
    )
    .param("start", "date:birth", "Start date, YYYY-MM-DD.")
    .param("end", "date:reference_day", "End date, YYYY-MM-DD.")
    .sample_of(["2025-06-30"])
    .field("years", "amount:duration.full_years[years]", "number of full years")
    .plural("numbers of full years")
    .tail("completed between {start} and {end}")
    .example(json!({"start": "1990-07-01", "end": "2025-06-30"}), "/years", 34.0)
    .example(json!({"start": "1990-06-30", "end": "2025-06-30"}), "/years", 35.0)
    .example_error(json!({"start": "2030-01-01", "end": "2025-06-30"}))
    .run(|start: String, end: String| {
        let (start, end) = ordered(&start, &end)?;
        let passed = (end.month(), end.day()) >= (start.month(), start.day());
        let years = i64::from(end.year()) - i64::from(start.year()) - i64::from(!passed);
        Ok(json!({"years": years}))
    })
}

fn easter() -> NativeTool {
    // Anonymous Gregorian algorithm (Nature, 20 April 1876; Meeus, Astronomical Algorithms, chapter 8, whose examples
    // are 31 March 1991 and 23 April 2000).
    native("general.calendar.easter_sunday", Processing, "Date of Easter Sunday in a year of the Gregorian calendar.")
        .param("year", "year:easter", "Gregorian year, 1583 or later.")
        .range(1583.0, 4099.0)
        .sample(1900.0, 2060.0, 1.0)
        .field("date", "date:easter", "date of Easter Sunday")
        .plural("dates of Easter Sunday")
        .tail("in {year}")
        .example_equals(json!({"year": 1991}), "/date", json!("1991-03-31"))
        .example_equals(json!({"year": 2000}), "/date", json!("2000-04-23"))
        .example_error(json!({"year": 1066}))
        .run(|year: i64| {
            let (golden, century, rest) = (year % 19, year / 100, year % 100);
            let lunar = (century - (century + 8) / 25 + 1) / 3;
            let epact = (19 * golden + century - century / 4 - lunar + 15) % 30;
            let sunday = (32 + 2 * (century % 4) + 2 * (rest / 4) - epact - rest % 4) % 7;
            let late = (golden + 11 * epact + 22 * sunday) / 451;
            let days = epact + sunday - 7 * late + 114;
            Ok(json!({"date": format!("{year:04}-{:02}-{:02}", days / 31, days % 31 + 1)}))
        })
}

/// Days since 1 January of the year 1 in the proleptic Gregorian calendar, that day being 1.
fn fixed(date: Date) -> i64 {
    719_163 + Date::constant(1970, 1, 1).until(date).map_or(0, |s| i64::from(s.get_days()))
}

const ISLAMIC_MONTHS: [&str; 12] = [
    "Muharram",
    "Safar",
    "Rabi I",
    "Rabi II",
    "Jumada I",
    "Jumada II",
    "Rajab",
    "Shaban",
    "Ramadan",
    "Shawwal",
    "Dhu al-Qadah",
    "Dhu al-Hijjah",
];
const COPTIC_MONTHS: [&str; 13] = [
    "Thout",
    "Paopi",
    "Hathor",
    "Koiak",
    "Tobi",
    "Meshir",
    "Paremhat",
    "Paremoude",
    "Pashons",
    "Paoni",
    "Epip",
    "Mesori",
    "Nesi",
];

/// Year, month and day where every fourth year is a leap year: days from a first of March, or from a first of Thout.
fn four_yearly(days: i64) -> (i64, i64) {
    let year = (4 * days + 3).div_euclid(1461);
    (year, days - (1461 * year).div_euclid(4))
}

fn other_calendars() -> NativeTool {
    // Reingold and Dershowitz 2018, Calendrical Calculations, chapters 3, 4 and 7; 7 October 1917 Julian was 20 October.
    native(
        "general.calendar.convert_calendar",
        Processing,
        "A Gregorian date in the Julian, the tabular Islamic (civil, leap years 2, 5, 7, 10, 13, 16, 18, 21, 24, 26 and 29) or the Coptic calendar, as day, month and year.",
    )
    .param("date", "date:charter", "Gregorian date, YYYY-MM-DD, from the year 700 on.")
    .sample_of(DATES)
    .param("calendar", "category:calendar", "Calendar to convert to.")
    .choices(&[("julian", "Julian calendar"), ("islamic", "tabular Islamic (civil) calendar"), ("coptic", "Coptic calendar")])
    .field("converted", "text:calendar_date", "equivalent date")
    .tail("of {date} in the {calendar}")
    .example_equals(json!({"date": "1917-11-07", "calendar": "julian"}), "/converted", json!("25 October 1917"))
    .example_equals(json!({"date": "2000-01-01", "calendar": "islamic"}), "/converted", json!("24 Ramadan 1420"))
    .example_equals(json!({"date": "2023-09-12", "calendar": "coptic"}), "/converted", json!("1 Thout 1740"))
    .example_error(json!({"date": "0610-01-01", "calendar": "islamic"}))
    .run(|date: String, calendar: String| {
        let date = read(&date)?;
        if date.year() < 700 {
            return Err(ToolError::bad("The date must not lie before the year 700."));
        }
        let day = fixed(date);
        let converted = match calendar.as_str() {
            "julian" => {
                // From 1 March of the Julian year 0, two days before the same date of the proleptic Gregorian calendar.
                let (year, rest) = four_yearly(day + 307);
                let month = (5 * rest + 2) / 153;
                let of_month = rest - (153 * month + 2) / 5 + 1;
                let name = dive_core::text::MONTHS.get(((month + 2) % 12) as usize).copied().unwrap_or_default();
                format!("{of_month} {name} {}", year + i64::from(month >= 10))
            }
            "islamic" => {
                let year = (30 * (day - 227_015) + 10_646).div_euclid(10_631);
                let first = |month: i64| 29 * (month - 1) + month / 2 + (year - 1) * 354 + (3 + 11 * year).div_euclid(30) + 227_015;
                let month = (1..=12).rev().find(|m| first(*m) <= day).unwrap_or(1);
                let name = ISLAMIC_MONTHS.get(month as usize - 1).copied().unwrap_or_default();
                format!("{} {name} {year}", day - first(month) + 1)
            }
            _ => {
                let (year, rest) = four_yearly(day - 103_605 + 365);
                let name = COPTIC_MONTHS.get((rest / 30) as usize).copied().unwrap_or_default();
                format!("{} {name} {year}", rest % 30 + 1)
            }
        };
        Ok(json!({"converted": converted}))
    })
}
