//! References as styles write them, keys, and words of titles.

use std::collections::BTreeMap;

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{NativeTool, native};
use serde_json::{Value, json};

/// The family.
pub fn tools() -> Vec<NativeTool> {
    vec![formatted(), key(), title_words(), similarity()]
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

/// First letters of given names, each followed by `mark`, with `between` them.
fn initials(given: &[&str], mark: &str, between: &str) -> String {
    let letters = given.iter().filter_map(|word| word.chars().next());
    letters.map(|c| format!("{}{mark}", c.to_uppercase())).collect::<Vec<_>>().join(between)
}

/// "a, b<last>c": items with commas and something else before the last one.
fn listed(items: &[String], last: &str) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [init @ .., end] => format!("{}{last}{end}", init.join(", ")),
    }
}

fn example(style: &str) -> Value {
    json!({"authors": "Ada Maria Lovelace; Charles Babbage", "title": "On engines", "journal": "Annals of Computing", "year": 1843, "volume": 3, "first_page": 17, "last_page": 45, "style": style})
}

fn formatted() -> NativeTool {
    // Publication Manual of the APA, 7th edition, 9 and 10.1; IEEE Reference Guide 2023; ICMJE Recommendations (six authors, then et al.).
    native(
        "academic.references.format_reference",
        Processing,
        "Reference to a journal article in a citation style, as plain text: APA (7th edition), Vancouver (ICMJE; more than six authors are cut to six and et al.) or IEEE. Page ranges are written in full; titles are kept as they are.",
    )
    .param("authors", "text:author_list", "Authors in order, given name first, separated by semicolons.")
    .param("title", "text:title", "Title of the article.")
    .param("journal", "text:journal_title", "Name of the journal.")
    .param("year", "year:publication", "Year of publication.")
    .range(1000.0, 2100.0)
    .param("volume", "position:journal_volume", "Volume.")
    .range(1.0, 1e6)
    .param("first_page", "position:page", "First page.")
    .range(1.0, 1e6)
    .param("last_page", "position:page", "Last page.")
    .range(1.0, 1e6)
    .param("style", "category:citation_style", "Citation style.")
    .choices(&[("apa", "APA style (7th edition)"), ("vancouver", "Vancouver style"), ("ieee", "IEEE style")])
    .group("paper", "catalogue_entry", &["authors", "title", "journal", "year", "volume", "first_page", "last_page"])
    .field("reference", "text:reference", "reference")
    .tail("to {paper} in {style}")
    .example_equals(example("apa"), "/reference", json!("Lovelace, A. M., & Babbage, C. (1843). On engines. Annals of Computing, 3, 17–45."))
    .example_equals(example("vancouver"), "/reference", json!("Lovelace AM, Babbage C. On engines. Annals of Computing. 1843;3:17-45."))
    .example_equals(example("ieee"), "/reference", json!("A. M. Lovelace and C. Babbage, \"On engines,\" Annals of Computing, vol. 3, pp. 17–45, 1843."))
    .example_error(json!({"authors": "Anonymous", "title": "T", "journal": "J", "year": 1843, "volume": 3, "first_page": 17, "last_page": 45, "style": "apa"}))
    .run(|authors: String, title: String, journal: String, year: i64, volume: i64, first: i64, last: i64, style: String| {
        if first > last {
            return Err(ToolError::bad("The last page must not come before the first."));
        }
        let people = people(&authors)?;
        if people.len() > 20 {
            return Err(ToolError::bad("At most 20 authors can be written out."));
        }
        let names = |write: &dyn Fn(&[&str], &str) -> String| people.iter().map(|(g, s)| write(g, s)).collect::<Vec<_>>();
        let title = title.trim_end_matches('.');
        let reference = match style.as_str() {
            "apa" => {
                let names = names(&|given, surname| format!("{surname}, {}", initials(given, ".", " ")));
                format!("{} ({year}). {title}. {journal}, {volume}, {first}–{last}.", listed(&names, ", & "))
            }
            "vancouver" => {
                let mut names = names(&|given, surname| format!("{surname} {}", initials(given, "", "")));
                if names.len() > 6 {
                    names.truncate(6);
                    names.push("et al".into());
                }
                format!("{}. {title}. {journal}. {year};{volume}:{first}-{last}.", names.join(", "))
            }
            _ => {
                let names = names(&|given, surname| format!("{} {surname}", initials(given, ".", " ")));
                let last_comma = if names.len() > 2 { ", and " } else { " and " };
                format!("{}, \"{title},\" {journal}, vol. {volume}, pp. {first}–{last}, {year}.", listed(&names, last_comma))
            }
        };
        Ok(json!({"reference": reference}))
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

fn key() -> NativeTool {
    // The pattern that Google Scholar and JabRef ([auth][year][veryshorttitle]) use.
    native(
        "academic.references.bibtex_key",
        Processing,
        "BibTeX citation key of a paper: surname of the first author, year, and first word of the title that is no function word, in lower case without separators.",
    )
    .param("authors", "text:author_list", "Authors in order, given name first, separated by semicolons.")
    .param("title", "text:title", "Title of the article.")
    .param("year", "year:publication", "Year of publication.")
    .range(1000.0, 2100.0)
    .group("paper", "citation_key", &["authors", "title", "year"])
    .subject("paper")
    .field("key", "text:bibtex_key", "BibTeX citation key")
    .example_equals(json!({"authors": "Ada Lovelace; Charles Babbage", "title": "On the analytical engine", "year": 1843}), "/key", json!("lovelace1843analytical"))
    .example_equals(json!({"authors": "Ada O'Neil-Byron", "title": "Time-lapse imaging", "year": 1999}), "/key", json!("oneilbyron1999timelapse"))
    .example_error(json!({"authors": "Ada Lovelace", "title": "Of the", "year": 1843}))
    .run(|authors: String, title: String, year: i64| {
        let people = people(&authors)?;
        let surname = people.first().map(|(_, surname)| surname.to_lowercase()).unwrap_or_default();
        let word = words(&title).find(|w| telling(w)).ok_or_else(|| ToolError::bad("The title has nothing but function words."))?;
        let plain: String = format!("{surname}{year}{word}").chars().filter(|c| c.is_alphanumeric()).collect();
        Ok(json!({"key": plain}))
    })
}

fn title_words() -> NativeTool {
    // Word frequencies of titles, as in co-word analysis (Callon et al. 1983).
    native(
        "academic.references.title_words",
        Processing,
        "Words of the titles of several papers: the most frequent word that is no function word, the number of titles with it, the number of different words, and the mean number of words of a title. A tie for the most frequent word is refused.",
    )
    .param("titles", "list(entity:paper)", "Titles of the papers, at most 200.")
    .field("top_word", "text:title_word", "most frequent telling word in the titles")
    .plural("most frequent telling words in the titles")
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
    .field("jaccard", "level:similarity.title_jaccard", "Jaccard similarity of title vocabulary")
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
