//! A subject made ready for matching, and how well a text matches it.

use chrono::{DateTime, NaiveDate, Utc};

use super::needle::{MAKER, Needle};
use super::{Marks, Subject};
use crate::query::State;
use crate::text::{Folded, Match};

/// As much of a first prompt as is searched, in bytes: people remember how they began, and every key reads all.
const PROMPT_SEARCHED: usize = 400;
/// Characters that the beginning of an id or of a date must have.
const LEAST_BEGINNING: usize = 4;
/// The score of a word that occurs without gaps is greater than any sum of words with gaps, and than that of a word
/// that occurs in what was said.
const WITHOUT_GAPS: u32 = 1000;

/// Whether a score says that a word stands only inside other words.
pub(crate) fn is_inside_a_word(score: u32) -> bool {
    (WITHOUT_GAPS..WITHOUT_GAPS + 10).contains(&score)
}

/// Whether a score says that a word stands in the first prompt, and in nothing else that a session is known by.
pub(crate) fn is_of_prompt(score: u32) -> bool {
    score >= WITHOUT_GAPS && score.is_multiple_of(10)
}

/// A subject made ready.
#[derive(Debug, Clone)]
pub(crate) struct Ready {
    pub(crate) id: String,
    pub(crate) latest: Option<DateTime<Utc>>,
    /// Title, project and branch.
    pub(super) names: [Folded; 3],
    pub(super) project_key: Folded,
    pub(super) models: Vec<Folded>,
    first_prompt: Folded,
    days: Vec<String>,
    /// Title, project, branch, models and first prompt as they are, one a line, for regular expressions.
    plain: String,
    pub(super) started: Option<DateTime<Utc>>,
    pub(super) directories: Vec<String>,
    pub(super) tools: Vec<Folded>,
    pub(super) files: Vec<Folded>,
    pub(super) kind: Folded,
    pub(super) prs: Vec<Folded>,
    pub(super) device: Folded,
    pub(super) states: Vec<State>,
    pub(super) marks: Marks,
    pub(super) tags: Vec<Folded>,
    pub(super) cost_usd: f64,
    pub(super) tokens: u64,
}

impl Ready {
    pub(crate) fn new(subject: &Subject) -> Self {
        let folded = |texts: &[String]| texts.iter().map(|text| Folded::new(text)).collect::<Vec<_>>();
        let model = |name: &String| Folded::new(name.strip_prefix(MAKER).unwrap_or(name));
        let title = subject.marks.title.as_ref().unwrap_or(&subject.title);
        let names = [title, &subject.project, &subject.branch];
        let first_prompt = beginning(&subject.first_prompt);
        let plain = names.into_iter().chain(&subject.models).map(String::as_str).chain([first_prompt]);
        Self {
            id: subject.id.to_ascii_lowercase(),
            latest: subject.latest,
            names: names.map(|name| Folded::new(name)),
            project_key: Folded::new(&subject.project_key),
            models: subject.models.iter().map(model).collect(),
            first_prompt: Folded::new(first_prompt),
            days: subject.days.iter().map(NaiveDate::to_string).collect(),
            plain: plain.collect::<Vec<_>>().join("\n"),
            started: subject.started,
            directories: subject.directories.clone(),
            tools: folded(&subject.tools),
            files: folded(&subject.files),
            kind: Folded::new(&subject.kind),
            prs: folded(&subject.prs),
            device: Folded::new(&subject.device),
            states: subject.states.clone(),
            tags: folded(&subject.marks.tags),
            marks: subject.marks.clone(),
            cost_usd: subject.cost_usd,
            tokens: subject.tokens,
        }
    }

    /// How well a text matches; none where it does not.
    pub(crate) fn score(&self, needle: &Needle) -> Option<u32> {
        self.score_strictly(needle).or_else(|| match needle {
            Needle::Word { text, .. } if needle.forgives_gaps() => {
                let loose =
                    self.weighed_names().filter_map(|(name, weight)| name.place_with_gaps(text).map(|_| weight));
                loose.max()
            }
            _ => None,
        })
    }

    /// The same, no gaps forgiven.
    pub(crate) fn score_strictly(&self, needle: &Needle) -> Option<u32> {
        let plain = |place: Match, weight: u32| WITHOUT_GAPS + 10 * place as u32 + weight;
        let (word, model) = match needle {
            Needle::Word { text, model, .. } => (text, model),
            Needle::Regex(regex) => {
                return self.plain.lines().any(|line| regex.is_match(line)).then(|| plain(Match::Middle, 0));
            }
        };
        let in_names = self.weighed_names().filter_map(|(name, weight)| Some(plain(name.place(word)?.0, weight)));
        let in_models = self.models.iter().filter_map(|name| Some(plain(name.place(model)?.0, 1)));
        let in_prompt = || self.first_prompt.place(word).map(|(place, _)| plain(place, 0));
        let as_beginning = self.begins_with(word.as_str()).then(|| plain(Match::Whole, 5));
        // A prompt is long: it is read only where nothing shorter tells.
        in_names.max().or_else(|| in_models.chain(as_beginning).max()).or_else(in_prompt)
    }

    pub(crate) fn tags(&self) -> impl Iterator<Item = &str> {
        self.tags.iter().map(Folded::as_str)
    }

    /// Whether it is left out where no query asks for it.
    pub(crate) fn is_hidden(&self) -> bool {
        self.marks.hidden
    }

    fn weighed_names(&self) -> impl Iterator<Item = (&Folded, u32)> {
        self.names.iter().zip([4, 3, 2])
    }

    /// Whether its id or one of its days begins so.
    fn begins_with(&self, word: &str) -> bool {
        word.len() >= LEAST_BEGINNING
            && (self.id.starts_with(word) || self.days.iter().any(|day| day.starts_with(word)))
    }
}

fn beginning(text: &str) -> &str {
    &text[..text.floor_char_boundary(PROMPT_SEARCHED)]
}
