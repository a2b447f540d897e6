//! Readability and length of texts.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{Builder, NativeTool, native};
use serde_json::json;

/// The counts of an abstract.
fn text_counts(builder: Builder) -> Builder {
    builder
        .param("words", "count:abstract_word", "Words.")
        .range(1.0, 1e8)
        .param("sentences", "count:sentence", "Sentences.")
        .range(1.0, 1e8)
        .param("syllables", "count:syllable", "Syllables.")
        .range(1.0, 1e9)
        .param("complex_words", "count:long_word", "Words of three or more syllables.")
        .range(0.0, 1e8)
        .group("paper", "text_counts", &["words", "sentences", "syllables", "complex_words"])
        .subject("paper")
}

/// Refuses counts that no text can have.
fn possible(words: i64, sentences: i64, syllables: i64, complex: i64) -> Result<[f64; 4], ToolError> {
    if sentences > words || words > syllables || complex > words {
        return Err(ToolError::bad(
            "A text cannot have more sentences than words, more words than syllables, or more long words than words.",
        ));
    }
    Ok([words, sentences, syllables, complex].map(|x| x as f64))
}

/// The family.
pub fn tools() -> Vec<NativeTool> {
    let text = json!({"words": 100, "sentences": 5, "syllables": 150, "complex_words": 10});
    let odd = json!({"words": 100, "sentences": 5, "syllables": 90, "complex_words": 10});
    vec![
        // Flesch 1948, Journal of Applied Psychology 32:221.
        text_counts(native(
            "academic.text.flesch_reading_ease",
            Processing,
            "Flesch reading ease from counts of words, sentences and syllables; higher is easier.",
        ))
        .field("score", "level:readability.flesch", "abstract readability (Flesch reading ease)")
        .plural("abstract readabilities (Flesch reading ease)")
        .example(text.clone(), "/score", 59.635)
        .example_error(odd.clone())
        .run(|words: i64, sentences: i64, syllables: i64, complex: i64| {
            let [w, s, y, _] = possible(words, sentences, syllables, complex)?;
            Ok(json!({"score": 206.835 - 1.015 * w / s - 84.6 * y / w}))
        }),
        // Kincaid, Fishburne, Rogers & Chissom 1975, Research Branch Report 8-75.
        text_counts(native(
            "academic.text.flesch_kincaid_grade",
            Processing,
            "Flesch-Kincaid grade level from counts of words, sentences and syllables.",
        ))
        .field("grade", "level:school_grade.flesch_kincaid", "abstract grade level (Flesch-Kincaid)")
        .plural("abstract grade levels (Flesch-Kincaid)")
        .example(text.clone(), "/grade", 9.91)
        .example_error(odd.clone())
        .run(|words: i64, sentences: i64, syllables: i64, complex: i64| {
            let [w, s, y, _] = possible(words, sentences, syllables, complex)?;
            Ok(json!({"grade": 0.39 * w / s + 11.8 * y / w - 15.59}))
        }),
        // Gunning 1952, The Technique of Clear Writing: 0.4 (words per sentence + percentage of long words).
        text_counts(native(
            "academic.text.gunning_fog",
            Processing,
            "Gunning fog index from counts of words, sentences and words of three or more syllables.",
        ))
        .field("grade", "level:school_grade.fog", "abstract fog index (Gunning)")
        .plural("abstract fog indices (Gunning)")
        .example(text, "/grade", 12.0)
        .example_error(odd)
        .run(|words: i64, sentences: i64, syllables: i64, complex: i64| {
            let [w, s, _, c] = possible(words, sentences, syllables, complex)?;
            Ok(json!({"grade": 0.4 * (w / s + 100.0 * c / w)}))
        }),
        // Guiraud 1954: distinct words over the root of all words, which depends less on length than their ratio.
        native(
            "academic.text.lexical_richness",
            Processing,
            "Vocabulary of a text: type-token ratio and Guiraud's index, from counts of all and of distinct words.",
        )
        .param("words", "count:abstract_word", "All words.")
        .range(1.0, 1e8)
        .param("distinct_words", "level:distinct_word_count", "Distinct words.")
        .range(1.0, 1e8)
        .group("paper", "vocabulary_counts", &["words", "distinct_words"])
        .subject("paper")
        .field("type_token_ratio", "level:lexical_richness.ttr", "abstract type-token ratio")
        .field("guiraud", "level:lexical_richness.guiraud", "abstract lexical richness (Guiraud index)")
        .plural("abstract lexical richness values (Guiraud index)")
        .example(json!({"words": 144, "distinct_words": 90}), "/guiraud", 7.5)
        .example(json!({"words": 144, "distinct_words": 90}), "/type_token_ratio", 0.625)
        .example_error(json!({"words": 90, "distinct_words": 144}))
        .run(|words: i64, distinct: i64| {
            if distinct > words {
                return Err(ToolError::bad("There cannot be more distinct words than words."));
            }
            let (w, d) = (words as f64, distinct as f64);
            Ok(json!({"type_token_ratio": d / w, "guiraud": d / w.sqrt()}))
        }),
        // Adults read English non-fiction silently at 238 words a minute on average (Brysbaert 2019, JML 109:104047).
        native(
            "academic.text.reading_time",
            Processing,
            "Minutes needed to read a text silently, from its word count and a reading speed.",
        )
        .param("words", "count:word", "Words of the text.")
        .label("word count")
        .range(1.0, 1e8)
        .sample(1500.0, 14_000.0, 100.0)
        .param("speed", "level:reading_speed[words/min]", "Reading speed in words per minute.")
        .label("reading speed")
        .range(20.0, 2000.0)
        .sample_of([180, 200, 220, 238, 250, 260, 280, 300])
        .field("minutes", "amount:reading_time[min]", "silent reading time")
        .tail("for {words} at {speed}")
        .example(json!({"words": 5950, "speed": 238}), "/minutes", 25.0)
        .example(json!({"words": 900, "speed": 200}), "/minutes", 4.5)
        .example_error(json!({"words": 900, "speed": 0}))
        .run(|words: i64, speed: f64| Ok(json!({"minutes": words as f64 / speed}))),
    ]
}
