//! Label scores to mentions.
//!
//! Exponentials and logarithms are those of `libm`: those of C libraries differ in the last digit.

use crate::model::engine::Scores;
use crate::model::folder::{LabelledPieces, ModelFolder};
use crate::model::labels::{Label, LabelPrefix};
use crate::model::window::{NO_WORD, Window};
use crate::text::{EntityType, RawMention, Span};

/// Finds the best sequence of labels that means something.
#[derive(Debug)]
pub(crate) struct Decoder {
    labels: Vec<Label>,
    labelled_pieces: LabelledPieces,
    temperature: f32,
    /// `steps[from * labels + to]`: what it means when `to` follows `from`.
    steps: Vec<Step>,
    /// Whether a label may come first in a sentence.
    starts: Vec<bool>,
    /// Whether a label may come last in a sentence.
    ends: Vec<bool>,
    /// For each label the first label of the same type.
    kinds: Vec<usize>,
}

/// What it costs in log-probability when a mention follows another of its type without a word in
/// between. English hardly ever does that, and a model that proposes it has usually cut a name of
/// several words. Chosen on conll2003-dev: F1 93.70 without, 93.79, 93.89 and 93.86 for 1, 2 and 3.
const SIDE_BY_SIDE: f32 = 2.0;

/// What it means when a label follows another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// It cannot.
    Never,
    /// The mention goes on.
    Continues,
    /// A mention starts, or none is there.
    Fresh,
    /// A mention starts right after another of its type.
    Again,
}

/// The words of one sentence and how well each label fits them.
#[derive(Default)]
struct Sentence {
    number: Option<usize>,
    spans: Vec<Span>,
    /// How many pieces of the word are in its scores.
    pieces: Vec<u32>,
    /// For each word and label the sum of the pieces' log-probabilities.
    scores: Vec<f32>,
}

impl Decoder {
    pub(crate) fn new(folder: &ModelFolder) -> Self {
        Decoder { temperature: folder.temperature, ..Decoder::of(&folder.labels, folder.labelled_pieces) }
    }

    fn of(labels: &[Label], labelled_pieces: LabelledPieces) -> Self {
        let rules = Rules { labels };
        let each = |rule: &dyn Fn(Label) -> bool| labels.iter().map(|&label| rule(label)).collect();
        let pairs = labels.iter().flat_map(|&from| labels.iter().map(move |&to| (from, to)));
        Decoder {
            labels: labels.to_vec(),
            labelled_pieces,
            temperature: 1.0,
            steps: pairs.map(|(from, to)| rules.step(from, to)).collect(),
            starts: each(&|label| rules.may_start(label)),
            ends: each(&|label| rules.may_end(label)),
            kinds: labels.iter().map(|&label| rules.kind(label)).collect(),
        }
    }

    /// The mentions of one article, in order, not overlapping, none crossing the border of a
    /// sentence, from its windows and their scores.
    ///
    /// The score of a mention is the product of the probabilities of its words' labels at the
    /// folder's temperature, which has no part in what is found. Hyphens,
    /// slashes, commas and double quotes at the ends of a mention are no part of it.
    pub(crate) fn mentions<'w>(
        &self,
        text: &str,
        windows: impl Iterator<Item = (&'w Window, &'w Scores)>,
    ) -> Vec<RawMention> {
        let mut found = Vec::new();
        let mut sentence = Sentence::default();
        let mut logs = vec![0.0; self.labels.len()];
        let outside = self.labels.iter().position(|label| *label == Label::Outside);
        for (window, scores) in windows {
            for token in window.counted.clone() {
                let index = window.word_of[token];
                if index == NO_WORD {
                    continue;
                }
                let word = window.words[index as usize];
                if sentence.number != Some(word.sentence) {
                    self.finish(&mut sentence, &mut found);
                    sentence.number = Some(word.sentence);
                }
                log_softmax(scores.token(0, token), &mut logs);
                // Scores of which none is a number say nothing.
                if let Some(outside) = outside.filter(|_| logs.iter().all(|&log| log == HOPELESS)) {
                    logs[outside] = 0.0;
                }
                self.add(&mut sentence, word.span, &logs);
            }
        }
        self.finish(&mut sentence, &mut found);
        for mention in &mut found {
            mention.span = trimmed(mention.span, text);
        }
        found.retain(|mention| !mention.span.is_empty());
        found
    }

    /// Adds a piece to the sentence. The first piece of a word votes for labels; later ones, if
    /// the model labels them at all, for types only, since the label after `B-X` is `I-X` there.
    fn add(&self, sentence: &mut Sentence, word: Span, logs: &[f32]) {
        if sentence.spans.last() != Some(&word) {
            sentence.spans.push(word);
            sentence.pieces.push(1);
            sentence.scores.extend_from_slice(logs);
        } else if self.labelled_pieces == LabelledPieces::Every {
            if let Some(pieces) = sentence.pieces.last_mut() {
                *pieces += 1;
            }
            let mut of_kind = vec![0.0; self.labels.len()];
            for (&kind, log) in self.kinds.iter().zip(logs) {
                of_kind[kind] += libm::expf(*log);
            }
            let last = sentence.scores.len() - self.labels.len();
            for (sum, &kind) in sentence.scores[last..].iter_mut().zip(&self.kinds) {
                *sum += libm::logf(of_kind[kind]).max(HOPELESS);
            }
        }
    }

    /// Decodes the collected sentence and empties it.
    fn finish(&self, sentence: &mut Sentence, found: &mut Vec<RawMention>) {
        let Sentence { spans, pieces, mut scores, .. } = std::mem::take(sentence);
        let width = self.labels.len();
        for (scores, &pieces) in scores.chunks_exact_mut(width).zip(&pieces) {
            scores.iter_mut().for_each(|score| *score /= pieces as f32);
        }
        let mut open: Option<RawMention> = None;
        let mut before: Option<usize> = None;
        for (i, label) in self.best_path(&scores).into_iter().enumerate() {
            let step = before.map_or(Step::Fresh, |from| self.steps[from * width + label]);
            before = Some(label);
            if step != Step::Continues {
                found.extend(open.take());
            }
            let Label::Mention(_, entity_type) = self.labels[label] else { continue };
            let probability = self.probability(&scores[i * width..(i + 1) * width], label);
            match &mut open {
                Some(mention) => {
                    mention.span.end = spans[i].end;
                    mention.score *= probability;
                }
                None => open = Some(RawMention { span: spans[i], entity_type, score: probability }),
            }
        }
        found.extend(open);
    }

    /// The probability of a label from a word's log-probabilities: its odds against all others, to the power of one
    /// by the temperature.
    fn probability(&self, logs: &[f32], label: usize) -> f32 {
        let probability = libm::expf(logs[label]).clamp(0.0, 1.0);
        let odds = libm::powf(probability / (1.0 - probability), 1.0 / self.temperature);
        if odds.is_finite() { (odds / (1.0 + odds)).clamp(0.0, 1.0) } else { probability }
    }

    /// The labels of the best valid sequence (Viterbi), one for each `labels.len()` scores.
    fn best_path(&self, scores: &[f32]) -> Vec<usize> {
        let width = self.labels.len();
        let Some(first) = scores.get(..width) else { return Vec::new() };
        let mut best: Vec<f32> = first
            .iter()
            .zip(&self.starts)
            .map(|(&score, &starts)| if starts { score } else { f32::NEG_INFINITY })
            .collect();
        let mut back: Vec<u16> = Vec::with_capacity(scores.len());
        let mut next = vec![0.0; width];
        for logs in scores.chunks_exact(width).skip(1) {
            // Only differences count; without this the sums of a very long sentence lose precision.
            let top = best.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            for (to, slot) in next.iter_mut().enumerate() {
                let (from, score) =
                    best_of((0..width).filter_map(|from| match self.steps[from * width + to] {
                        Step::Never => None,
                        Step::Continues | Step::Fresh => Some((from, best[from])),
                        Step::Again => Some((from, best[from] - SIDE_BY_SIDE)),
                    }));
                *slot = score - top + logs[to];
                back.push(from as u16);
            }
            std::mem::swap(&mut best, &mut next);
        }
        let ends = self.ends.iter().enumerate().filter(|&(_, &ends)| ends);
        let (mut label, _) = best_of(ends.map(|(label, _)| (label, best[label])));
        let mut path = vec![label];
        for choices in back.chunks_exact(width).rev() {
            label = usize::from(choices[label]);
            path.push(label);
        }
        path.reverse();
        path
    }
}

/// The span without hyphens, slashes, commas and double quotes at its ends.
fn trimmed(span: Span, text: &str) -> Span {
    let no_end =
        |c: char| c.is_whitespace() || matches!(c, '-' | '‐'..='―' | '/' | ',' | '"' | '“' | '”' | '„');
    let slice = span.of(text);
    let kept = slice.trim_start_matches(no_end);
    let start = span.start + slice.len() - kept.len();
    Span::new(start, start + kept.trim_end_matches(no_end).len())
}

/// The first of the highest.
fn best_of(choices: impl Iterator<Item = (usize, f32)>) -> (usize, f32) {
    choices.fold((0, f32::NEG_INFINITY), |best, choice| if choice.1 > best.1 { choice } else { best })
}

/// Which sequences of a label set mean something.
struct Rules<'a> {
    labels: &'a [Label],
}

impl Rules<'_> {
    fn has(&self, prefix: LabelPrefix, entity_type: EntityType) -> bool {
        self.labels.contains(&Label::Mention(prefix, entity_type))
    }

    /// Without `B-`, or with `B-` for some types only, the labels are IOB1, where `I-` starts a
    /// mention and `B-` only one that follows another of its type.
    fn may_start(&self, label: Label) -> bool {
        use LabelPrefix::{Bare, Begin, End, Inside, Single};
        match label {
            Label::Outside | Label::Mention(Begin | Single | Bare, _) => true,
            Label::Mention(Inside, _) => self.is_iob1(),
            Label::Mention(End, t) => !self.has(Begin, t) && !self.has(Single, t),
        }
    }

    fn may_end(&self, label: Label) -> bool {
        use LabelPrefix::{Bare, Begin, End, Inside, Single};
        match label {
            Label::Outside | Label::Mention(End | Single | Bare, _) => true,
            Label::Mention(Inside, t) => !self.has(End, t),
            Label::Mention(Begin, t) => !self.has(Single, t),
        }
    }

    fn is_iob1(&self) -> bool {
        self.labels.iter().any(|&label| match label {
            Label::Mention(LabelPrefix::Inside, t) => !self.has(LabelPrefix::Begin, t),
            _ => false,
        })
    }

    fn step(&self, from: Label, to: Label) -> Step {
        use LabelPrefix::{Bare, Begin, End, Inside};
        match (from, to) {
            (Label::Mention(Begin | Inside, a), Label::Mention(Inside | End, b)) if a == b => Step::Continues,
            (Label::Mention(Bare, a), Label::Mention(Bare, b)) if a == b => Step::Continues,
            _ if !self.may_end(from) || !self.may_start(to) => Step::Never,
            (Label::Mention(_, a), Label::Mention(_, b)) if a == b => Step::Again,
            _ => Step::Fresh,
        }
    }

    /// The first label of the same type.
    fn kind(&self, label: Label) -> usize {
        let same = |other: &Label| match (label, *other) {
            (Label::Mention(_, a), Label::Mention(_, b)) => a == b,
            (a, b) => a == b,
        };
        self.labels.iter().position(same).unwrap_or(0)
    }
}

/// Less than any log-probability that matters, and still finite, so that sums stay ordered.
const HOPELESS: f32 = -1e4;

/// Log-probabilities of logits. A value that is no number counts as impossible.
fn log_softmax(logits: &[f32], logs: &mut [f32]) {
    let finite = |x: f32| if x.is_nan() { f32::NEG_INFINITY } else { x.clamp(-1e30, 1e30) };
    let top = logits.iter().fold(f32::NEG_INFINITY, |top, &x| top.max(finite(x)));
    let sum: f32 = logits.iter().map(|&x| libm::expf(finite(x) - top)).sum();
    let total = top + libm::logf(sum);
    for (log, &x) in logs.iter_mut().zip(logits) {
        let value = finite(x) - total;
        *log = if value.is_nan() { HOPELESS } else { value.max(HOPELESS) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::window::Word;
    use proptest::prelude::*;
    use std::iter::once;

    /// Words of one letter, as many as the longest test has.
    const TEXT: &str =
        "a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d e f g h i j k l m n o p q r s t u";

    fn labels(names: &str) -> Vec<Label> {
        names.split(' ').map(Label::parse).collect()
    }

    /// One sentence of words `a b c …`, one piece each, with the probabilities of the labels.
    fn window(rows: &[Vec<f32>]) -> (Window, Scores) {
        let words: Vec<Word> =
            (0..rows.len()).map(|i| Word { span: Span::new(2 * i, 2 * i + 1), sentence: 0 }).collect();
        window_of(words, (0..rows.len() as u32).collect(), rows)
    }

    fn window_of(words: Vec<Word>, word_of: Vec<u32>, rows: &[Vec<f32>]) -> (Window, Scores) {
        let width = rows.len();
        let window =
            Window { ids: vec![0; width], token_types: vec![0; width], word_of, words, counted: 0..width };
        let values: Vec<f32> = rows.iter().flatten().map(|p| p.ln()).collect();
        let labels = rows.first().map_or(0, Vec::len);
        (window, Scores { rows: 1, width, labels, values })
    }

    fn show(mentions: &[RawMention]) -> String {
        let one =
            |m: &RawMention| format!("{}-{} {}", m.span.start / 2, m.span.end.div_ceil(2), m.entity_type);
        mentions.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn label_sequences_of_a_table() {
        const BIO: &str = "O B-PER I-PER B-ORG I-ORG";
        const IOBES: &str = "O B-PER I-PER E-PER S-PER";
        // Each word is given as its label, which gets 0.9, and perhaps a second one, which gets 0.09;
        // or with tenths of their own.
        let table = [
            (BIO, "B-PER I-PER O", "0-2 PER"),
            (BIO, "B-PER B-PER", "0-1 PER, 1-2 PER"),
            // Two names of one type side by side are less likely than one of two words.
            (BIO, "B-PER B-PER:6/I-PER:4", "0-2 PER"),
            (BIO, "B-PER B-ORG I-ORG", "0-1 PER, 1-3 ORG"),
            (BIO, "O O O", ""),
            // An I- after O becomes B- if that is the next best, …
            (BIO, "O I-PER/B-PER O", "1-2 PER"),
            // … or the word before joins it.
            (BIO, "O/B-PER I-PER O", "0-2 PER"),
            (BIO, "B-ORG I-PER/I-ORG O", "0-2 ORG"),
            (IOBES, "B-PER I-PER E-PER S-PER O", "0-3 PER, 3-4 PER"),
            (IOBES, "S-PER S-PER", "0-1 PER, 1-2 PER"),
            // B- cannot stand alone, nor a mention stay open at the end.
            (IOBES, "B-PER/S-PER O", "0-1 PER"),
            (IOBES, "B-PER I-PER/E-PER", "0-2 PER"),
            // BILOU by other letters.
            ("O B-PER I-PER L-PER U-PER", "B-PER L-PER U-PER", "0-2 PER, 2-3 PER"),
            // IOB1: B- only after a mention of its type, and not for every type.
            ("O B-PER I-PER I-ORG", "I-PER I-PER B-PER I-ORG O I-ORG", "0-2 PER, 2-3 PER, 3-4 ORG, 5-6 ORG"),
            // Bare labels: neighbours of one type are one mention.
            ("O PER ORG", "PER PER ORG O ORG", "0-2 PER, 2-3 ORG, 4-5 ORG"),
        ];
        for (set, words, expected) in table {
            let names: Vec<&str> = set.split(' ').collect();
            let rest = 0.01 / names.len() as f32;
            let row = |word: &str| {
                let mut row = vec![rest; names.len()];
                for (choice, usual) in word.split('/').zip([0.9, 0.09]) {
                    let (name, p) = match choice.split_once(':') {
                        Some((name, tenths)) => (name, tenths.parse::<f32>().unwrap() / 10.0),
                        None => (choice, usual),
                    };
                    row[names.iter().position(|&n| n == name).unwrap()] = p;
                }
                row
            };
            let rows: Vec<Vec<f32>> = words.split(' ').map(row).collect();
            let (window, scores) = window(&rows);
            let found =
                Decoder::of(&labels(set), LabelledPieces::First).mentions(TEXT, once((&window, &scores)));
            assert_eq!(show(&found), expected, "{set}: {words}");
        }
    }

    #[test]
    fn a_score_is_the_product_over_the_words() {
        let (window, scores) = window(&[vec![0.2, 0.8, 0.0], vec![0.5, 0.0, 0.5], vec![1.0, 0.0, 0.0]]);
        let found = Decoder::of(&labels("O B-PER I-PER"), LabelledPieces::First)
            .mentions(TEXT, once((&window, &scores)));
        assert_eq!(show(&found), "0-1 PER");
        assert!((found[0].score - 0.8).abs() < 1e-5);
        let (window, scores) = self::window(&[vec![0.2, 0.8, 0.0], vec![0.4, 0.0, 0.6]]);
        let found = Decoder::of(&labels("O B-PER I-PER"), LabelledPieces::First)
            .mentions(TEXT, once((&window, &scores)));
        assert!((found[0].score - 0.48).abs() < 1e-5);
    }

    #[test]
    fn a_temperature_changes_scores_and_nothing_else() {
        let at = |temperature: f32, rows: &[Vec<f32>]| {
            let (window, scores) = window(rows);
            let decoder = Decoder::of(&labels("O B-PER I-PER"), LabelledPieces::First);
            let found = Decoder { temperature, ..decoder }.mentions(TEXT, once((&window, &scores)));
            (show(&found), found[0].score)
        };
        let rows = [vec![0.1, 0.9, 0.0], vec![0.8, 0.0, 0.2], vec![0.0, 1.0, 0.0]];
        // Odds of 9 to 1 are 3 to 1 at temperature 2, and 81 to 1 at 1/2.
        for (temperature, expected) in [(1.0, 0.9), (2.0, 0.75), (0.5, 81.0 / 82.0)] {
            let (found, score) = at(temperature, &rows);
            assert_eq!(found, "0-1 PER, 2-3 PER");
            assert!((score - expected).abs() < 1e-5, "{score} at {temperature}");
        }
    }

    #[test]
    fn later_pieces_count_only_where_they_are_labelled() {
        let words = vec![Word { span: Span::new(0, 9), sentence: 0 }];
        let rows = [vec![0.6, 0.4, 0.0], vec![0.05, 0.0, 0.95]];
        let set = labels("O B-PER I-PER");
        let (window, scores) = window_of(words, vec![0, 0], &rows);
        let decode = |pieces| Decoder::of(&set, pieces).mentions(TEXT, once((&window, &scores))).len();
        assert_eq!((decode(LabelledPieces::First), decode(LabelledPieces::Every)), (0, 1));
    }

    #[test]
    fn punctuation_at_the_ends_of_a_table() {
        let table = [
            ("Turkish anti-", "Turkish anti"),
            ("“Acme”,", "Acme"),
            ("- U.S. -", "U.S."),
            ("Workers'", "Workers'"),
            ("A/B", "A/B"),
            ("–", ""),
        ];
        for (text, expected) in table {
            assert_eq!(trimmed(Span::new(0, text.len()), text).of(text), expected, "{text}");
        }
    }

    #[test]
    fn no_mention_crosses_the_border_of_a_sentence() {
        let words =
            vec![Word { span: Span::new(0, 1), sentence: 0 }, Word { span: Span::new(2, 3), sentence: 1 }];
        let rows = [vec![0.05, 0.9, 0.05], vec![0.01, 0.09, 0.9]];
        let (window, scores) = window_of(words, vec![0, 1], &rows);
        let found = Decoder::of(&labels("O B-PER I-PER"), LabelledPieces::First)
            .mentions(TEXT, once((&window, &scores)));
        assert_eq!(show(&found), "0-1 PER, 1-2 PER");
    }

    #[test]
    fn scores_that_are_no_numbers_do_no_harm() {
        let nan = vec![f32::NAN; 3];
        let inf = vec![f32::INFINITY, f32::NEG_INFINITY, f32::NAN];
        let (window, mut scores) = window(&[nan.clone(), inf.clone(), nan.clone()]);
        scores.values = [nan.clone(), inf, nan.clone()].concat();
        let found = Decoder::of(&labels("O B-PER I-PER"), LabelledPieces::First)
            .mentions(TEXT, once((&window, &scores)));
        assert!(found.iter().all(|m| (0.0..=1.0).contains(&m.score)));
        let (window, mut scores) = self::window(&[nan.clone(), nan.clone()]);
        scores.values = [nan.clone(), nan].concat();
        let decoder = Decoder::of(&labels("B-PER I-PER O"), LabelledPieces::First);
        assert_eq!(show(&decoder.mentions(TEXT, once((&window, &scores)))), "");
    }

    proptest! {
        #[test]
        fn mentions_are_sorted_apart_and_inside(
            logits in prop::collection::vec(prop::collection::vec(-8f32..8.0, 9), 1..60),
            set in prop::sample::select(vec![
                "O B-PER I-PER B-ORG I-ORG B-LOC I-LOC B-MISC I-MISC",
                "O B-PER I-PER E-PER S-PER B-ORG I-ORG E-ORG S-ORG",
                "O I-PER I-ORG I-LOC B-LOC I-MISC B-MISC B-DATE I-DATE",
                "O PER ORG LOC MISC a b c d",
            ]),
            every in any::<bool>(),
        ) {
            let pieces = if every { LabelledPieces::Every } else { LabelledPieces::First };
            let width = logits.len();
            let words: Vec<Word> = (0..width.div_ceil(2))
                .map(|i| Word { span: Span::new(2 * i, 2 * i + 1), sentence: i / 7 })
                .collect();
            let (window, mut scores) = window_of(words, (0..width as u32).map(|t| t / 2).collect(), &logits);
            scores.values = logits.concat();
            let found = Decoder::of(&labels(set), pieces).mentions(TEXT, once((&window, &scores)));
            prop_assert!(found.windows(2).all(|w| w[0].span.end <= w[1].span.start));
            for mention in &found {
                prop_assert!((0.0..=1.0).contains(&mention.score));
                prop_assert!(!mention.span.is_empty() && mention.span.end <= width + 1);
                prop_assert_eq!(mention.span.start / 14, (mention.span.end - 1) / 14);
            }
        }
    }
}
