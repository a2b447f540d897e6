//! Citations as styles write them, labels, and words of titles.

use std::collections::BTreeMap;

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{NativeTool, native};
use serde_json::json;

/// The family.
pub fn tools() -> Vec<NativeTool> {
    vec![in_text(), label(), locator(), title_words(), similarity()]
}

/// Authors as (given names, surname); names are separated by semicolons, the surname stands last.
fn people(authors: &str) -> Result<Vec<(Vec<&str>, &str)>, ToolError> {
    let mut found = Vec::new();
    for name in authors.split(';').map(str::trim) {
        let mut words: Vec<&str> = name.split_whitespace().collect();
        match (words.pop(), words.is_empty()) {
            (Some(surname), false) => found.push((words, surname)),
            _ => {
                return Err(ToolError::bad(format!(
                    "`{name}` is not a name with given name and surname; separate authors by semicolons."
                )));
            }
        }
    }
    Ok(found)
}

/// Names joined by commas, with other words before the last one.
fn listed(names: &[&str], last: &str) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_string(),
        [init @ .., end] => format!("{}{last}{end}", init.join(", ")),
    }
}

fn in_text() -> NativeTool {
    // Publication Manual of the APA, 7th edition, 8.17; Chicago Manual of Style, 17th edition, 15.29; Harvard as in Cite Them Right, 12th
    // edition.
    native(
        "academic.references.in_text_citation",
        Processing,
        "Parenthetical author-year citation of a paper: APA (7th edition; three or more authors become et al.), Chicago (17th edition; four or more become et al., up to three are listed) or Harvard (Cite Them Right; as Chicago, with a comma before the year).",
    )
    .param("authors", "text:author_list", "Authors in order, given name first, separated by semicolons.")
    .param("year", "year:publication", "Year of publication.")
    .range(1000.0, 2100.0)
    .param("style", "category:citation_style", "Citation style.")
    .choices(&[("apa", "APA style"), ("chicago", "Chicago author–date style"), ("harvard", "Harvard (Cite Them Right) style")])
    .group("paper", "byline", &["authors", "year"])
    .field("citation", "text:citation", "parenthetical citation")
    .tail("of {paper} in {style}")
    .example_equals(json!({"authors": "Ada Maria Lovelace; Charles Babbage", "year": 1843, "style": "apa"}), "/citation", json!("(Lovelace & Babbage, 1843)"))
    .example_equals(json!({"authors": "Ada Lovelace; Charles Babbage; Jean Wu", "year": 1843, "style": "chicago"}), "/citation", json!("(Lovelace, Babbage, and Wu 1843)"))
    .example_equals(json!({"authors": "Ada Lovelace; Charles Babbage; Jean Wu", "year": 1843, "style": "harvard"}), "/citation", json!("(Lovelace, Babbage and Wu, 1843)"))
    .example_error(json!({"authors": "Anonymous", "year": 1843, "style": "apa"}))
    .run(|authors: String, year: i64, style: String| {
        let people = people(&authors)?;
        let surnames: Vec<&str> = people.iter().map(|(_, surname)| *surname).collect();
        let (most, two, several, comma) = match style.as_str() {
            "apa" => (2, " & ", " & ", ","),
            "chicago" => (3, " and ", ", and ", ""),
            _ => (3, " and ", " and ", ","),
        };
        let names = match surnames.as_slice() {
            [first, ..] if surnames.len() > most => format!("{first} et al."),
            names => listed(names, if names.len() == 2 { two } else { several }),
        };
        Ok(json!({"citation": format!("({names}{comma} {year})")}))
    })
}

fn label() -> NativeTool {
    // The function format.lab.names of Patashnik's alpha.bst (BibTeX 0.99), without the letters that tell equal labels apart.
    native(
        "academic.references.bibtex_label",
        Processing,
        "Label of a paper in BibTeX's alpha style: initials of up to four surnames, of the first three and a plus sign where there are five authors or more, or the first three letters of a single surname; then the last two digits of the year.",
    )
    .param("authors", "text:author_list", "Authors in order, given name first, separated by semicolons.")
    .param("year", "year:publication", "Year of publication.")
    .range(1000.0, 2100.0)
    .group("paper", "byline", &["authors", "year"])
    .subject("paper")
    .field("label", "text:bibtex_label", "BibTeX alpha-style label")
    .example_equals(json!({"authors": "Ada Lovelace", "year": 1843}), "/label", json!("Lov43"))
    .example_equals(json!({"authors": "A B; C D; E F; G H; I J", "year": 2007}), "/label", json!("BDF+07"))
    .example_error(json!({"authors": "Ada Lovelace;", "year": 1843}))
    .run(|authors: String, year: i64| {
        let people = people(&authors)?;
        let letters = |surname: &str, n: usize| surname.chars().take(n).collect::<String>();
        let names: String = match people.as_slice() {
            [(_, surname)] => letters(surname, 3),
            several if several.len() > 4 => several.iter().take(3).map(|(_, s)| letters(s, 1)).chain(["+".into()]).collect(),
            several => several.iter().map(|(_, s)| letters(s, 1)).collect(),
        };
        Ok(json!({"label": format!("{names}{:02}", year % 100)}))
    })
}

fn locator() -> NativeTool {
    // ICMJE Recommendations (Vancouver): year;volume:pages, repeated digits of the last page left out, as the National Library of Medicine
    // writes them (Citing Medicine, 2nd edition, chapter 1).
    native(
        "academic.references.vancouver_locator",
        Processing,
        "Place of a journal article as a Vancouver reference gives it behind the journal's name: year, volume and pages, without the digits of the last page that repeat those of the first, e.g. 2004;12:284-7.",
    )
    .param("year", "year:publication", "Year of publication.")
    .range(1000.0, 2100.0)
    .param("volume", "position:journal_volume", "Volume.")
    .range(1.0, 1e6)
    .param("first_page", "position:page", "First page.")
    .range(1.0, 1e6)
    .param("last_page", "position:page", "Last page.")
    .range(1.0, 1e6)
    .group("paper", "source", &["year", "volume", "first_page", "last_page"])
    .subject("paper")
    .field("locator", "text:locator", "Vancouver-style year, volume and page locator")
    .example_equals(json!({"year": 2004, "volume": 12, "first_page": 284, "last_page": 287}), "/locator", json!("2004;12:284-7"))
    .example_equals(json!({"year": 2004, "volume": 12, "first_page": 98, "last_page": 104}), "/locator", json!("2004;12:98-104"))
    .example_error(json!({"year": 2004, "volume": 12, "first_page": 98, "last_page": 9}))
    .run(|year: i64, volume: i64, first: i64, last: i64| {
        if first > last {
            return Err(ToolError::bad("The last page must not come before the first."));
        }
        let (from, to) = (first.to_string(), last.to_string());
        let shared = from.chars().zip(to.chars()).take_while(|(a, b)| a == b).count();
        let pages = match first == last {
            true => from,
            false if from.len() == to.len() => format!("{from}-{}", to.chars().skip(shared).collect::<String>()),
            false => format!("{from}-{to}"),
        };
        Ok(json!({"locator": format!("{year};{volume}:{pages}")}))
    })
}

/// Words that say nothing about what a title is about.
const STOP_WORDS: [&str; 40] = [
    "a", "after", "among", "an", "and", "are", "as", "at", "between", "by", "during", "for", "from", "how", "in",
    "into", "is", "it", "its", "near", "not", "of", "on", "or", "over", "seen", "study", "that", "the", "their", "to",
    "under", "using", "via", "was", "what", "when", "why", "with", "without",
];

/// The words of a title in lower case: letters, digits and inner hyphens.
fn words(title: &str) -> impl Iterator<Item = String> {
    let parts = title.split(|c: char| !(c.is_alphanumeric() || c == '-'));
    parts.map(|w| w.trim_matches('-').to_lowercase()).filter(|w| !w.is_empty())
}

fn telling(word: &str) -> bool {
    !STOP_WORDS.contains(&word)
}

fn title_words() -> NativeTool {
    // Word frequencies of titles, as in co-word analysis (Callon et al. 1983).
    native(
        "academic.references.title_words",
        Processing,
        "Words of the titles of several papers: the most frequent word that is no function word, the number of titles with it, the number of different words, and the mean number of words of a title. A tie for the most frequent word is refused.",
    )
    .param("titles", "list(entity:paper)", "Titles of the papers, at most 200.")
    .field("top_word", "text:title_word", "most frequent content word in the titles")
    .plural("most frequent content words in the titles")
    .field("titles_with_it", "count:title", "")
    .field("different_words", "count:different_word", "number of different words in the titles")
    .plural("numbers of different words in the titles")
    .field("mean_words", "level:title_length", "mean number of words in the titles")
    .plural("mean numbers of words in the titles")
    .tail("of {titles}")
    .example_equals(json!({"titles": ["Drift of ice", "Sea ice and drift", "Ice ages"]}), "/top_word", json!("ice"))
    .example(json!({"titles": ["Drift of ice", "Sea ice and drift", "Ice ages"]}), "/mean_words", 3.0)
    .example_error(json!({"titles": ["Drift", "Ice"]}))
    .run(|titles: Vec<String>| {
        if titles.is_empty() || titles.len() > 200 {
            return Err(ToolError::bad("From 1 to 200 titles can be compared."));
        }
        let mut with: BTreeMap<String, usize> = BTreeMap::new();
        let mut all = 0;
        for title in &titles {
            let mut once: Vec<String> = words(title).collect();
            all += once.len();
            once.sort();
            once.dedup();
            once.into_iter().for_each(|w| *with.entry(w).or_default() += 1);
        }
        let most = with.iter().filter(|(w, _)| telling(w)).map(|(_, n)| *n).max().unwrap_or_default();
        let top: Vec<&String> = with.iter().filter(|(w, n)| telling(w) && **n == most).map(|(w, _)| w).collect();
        match top.as_slice() {
            [word] => Ok(json!({
                "top_word": word,
                "titles_with_it": most,
                "different_words": with.len(),
                "mean_words": all as f64 / titles.len() as f64,
            })),
            [] => Err(ToolError::bad("The titles have nothing but function words.")),
            several => Err(ToolError::bad(format!("No word is the most frequent: {} words stand in {most} titles each.", several.len()))),
        }
    })
}

fn similarity() -> NativeTool {
    // Salton and McGill 1983, Introduction to Modern Information Retrieval: cosine of the vectors of word frequencies.
    native(
        "academic.references.title_similarity",
        Processing,
        "Similarity of two sets of papers by the words of their titles: cosine of the word frequencies and Jaccard similarity of the sets of words, function words left out.",
    )
    .param("first", "list(entity:paper)", "Titles of the first set, at most 200.")
    .param("second", "list(entity:paper)", "Titles of the second set, at most 200.")
    .group("a", "authored_titles", &["first"])
    .group("b", "authored_titles", &["second"])
    .field("cosine", "level:similarity.title_cosine", "cosine similarity of title words")
    .plural("cosine similarities of title words")
    .field("jaccard", "level:vocabulary_overlap.titles", "Jaccard similarity of title vocabulary")
    .plural("Jaccard similarities of title vocabulary")
    .tail("between the papers of {a} and the papers of {b}")
    .example(json!({"first": ["Sea ice", "Ice and sea"], "second": ["Ice of the lake"]}), "/cosine", 0.5)
    .example(json!({"first": ["Sea ice", "Ice and sea"], "second": ["Ice of the lake"]}), "/jaccard", 1.0 / 3.0)
    .example_error(json!({"first": [], "second": ["Ice"]}))
    .run(|first: Vec<String>, second: Vec<String>| {
        let frequencies = |titles: &[String]| -> Result<BTreeMap<String, f64>, ToolError> {
            let mut counts = BTreeMap::new();
            let all = titles.iter().take(201).flat_map(|t| words(t)).filter(|w| telling(w));
            all.for_each(|w| *counts.entry(w).or_default() += 1.0);
            match counts.is_empty() || titles.len() > 200 {
                true => Err(ToolError::bad("Both sets need from 1 to 200 titles with at least one word that is no function word.")),
                false => Ok(counts),
            }
        };
        let (a, b) = (frequencies(&first)?, frequencies(&second)?);
        let common: Vec<f64> = a.iter().filter_map(|(w, n)| Some(n * b.get(w)?)).collect();
        let norm = |counts: &BTreeMap<String, f64>| counts.values().map(|n| n * n).sum::<f64>().sqrt();
        let either = a.len() + b.len() - common.len();
        Ok(json!({
            "cosine": common.iter().sum::<f64>() / (norm(&a) * norm(&b)),
            "jaccard": common.len() as f64 / either as f64,
        }))
    })
}
