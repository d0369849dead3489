//! Articles that repeat the story of an earlier one: the same agency report in two papers, a
//! press release sent by two offices, a corrected or shortened copy.
//!
//! Two articles tell one story if most sequences of three words of the shorter one are in the longer
//! one, and nearly all of its names and numbers too. The second condition tells copies from form
//! letters: a grant to the firefighters of one town reads like that to the next, but names another
//! town and another sum.
//!
//! Not every two articles are compared: those that may be similar are found by MinHash, with its
//! signatures cut into bands (locality-sensitive hashing).
//!
//! # Example
//!
//! ```
//! use triplewire::story::{Sketch, Stories};
//!
//! let report = "Ana Ruiz, the president of Acme, said in Lisbon on Monday that it would build a bridge by 2031.";
//! let mut stories = Stories::default();
//! assert_eq!(stories.tell("agency", Sketch::of(report)), None);
//!
//! // The same words with other punctuation, and a report of another town.
//! let copy = stories.tell("paper", Sketch::of(&report.replace(", ", " - ")));
//! assert_eq!(copy.map(|copy| (copy.of, copy.similarity)), Some(("agency".to_owned(), 1.0)));
//! assert_eq!(stories.tell("other", Sketch::of(&report.replace("Lisbon", "Porto"))), None);
//! ```

use std::collections::BTreeSet;

use hashbrown::HashTable;
use minhash_rs::prelude::{MinHash, MinHasher};
use serde::{Deserialize, Serialize};

use crate::text::hash_of_bytes;

/// Which kind of sketches these are. Sketches are kept with results, and two kinds cannot be compared: raise this with
/// whatever changes their numbers, which a test notices.
///
/// See the [example](crate::story#example).
pub const KIND: u32 = 0;

/// Words in a sequence.
const WORDS: usize = 3;

/// Numbers in a signature, and the bands they are cut into. Two articles that share half of their
/// sequences meet in a band with a probability of 79 %, with 60 % of them 96 %, with 70 % 99.9 %.
const NUMBERS: usize = 96;
const BANDS: usize = 24;

/// Stories that are remembered, and looked at, for one band: more alike are form letters, and time
/// must not grow with the square of their number.
const ALIKE: usize = 16;

/// Names and numbers of an article that are kept: the least by their hashes, which is a fair sample.
const KEYS: usize = 256;

/// Of all sequences of two copies, the least share that both have.
const LEAST_SHARED: f64 = 0.5;
/// The least share of the shorter copy's sequences that the longer one has.
const LEAST_CONTAINED: f64 = 0.85;
/// The same of names and numbers. Read off the Senate's press releases: the copies among those that
/// share half of their sequences have 0.93 and more, form letters nearly always 0.91 and less.
const LEAST_KEYS: f64 = 0.92;

/// What is kept of an article's text to compare it with others: 200 bytes, and two for each distinct
/// name and number, of which there are about 70 in a news article and at most 256.
///
/// See the [example](crate::story#example).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sketch {
    signature: MinHash<u16, NUMBERS>,
    /// How many sequences the text has.
    sequences: u32,
    /// Hashes of the names and numbers, in order.
    keys: Box<[u16]>,
}

impl Sketch {
    /// The sketch of a text. Letter case and punctuation do not matter.
    pub fn of(text: &str) -> Self {
        let mut words = Vec::new();
        let mut keys = BTreeSet::new();
        for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
            let hash = hash_of_word(&word.to_lowercase());
            words.push(hash);
            if word.starts_with(|c: char| c.is_uppercase() || c.is_numeric()) {
                keys.insert(hash as u16);
            }
        }
        let sequences: BTreeSet<u64> =
            words.windows(WORDS.min(words.len().max(1))).map(hash_of_sequence).collect();
        Sketch {
            signature: sequences.iter().copied().collect(),
            sequences: u32::try_from(sequences.len()).unwrap_or(u32::MAX),
            keys: keys.into_iter().take(KEYS).collect(),
        }
    }

    /// The share of all three-word sequences of two texts that both have, 0 to 1: an estimate, with a
    /// standard error of 0.05 at most.
    pub fn similarity(&self, other: &Sketch) -> f64 {
        self.signature.estimate_jaccard_index(&other.signature)
    }

    /// The similarity, if both tell one story.
    fn same_story(&self, other: &Sketch) -> Option<f64> {
        let similarity = self.similarity(other);
        let (a, b) = (f64::from(self.sequences), f64::from(other.sequences));
        let contained = similarity / (1.0 + similarity) * (a + b) / a.min(b);
        let same = similarity >= LEAST_SHARED && contained >= LEAST_CONTAINED && self.share_keys(other);
        same.then_some(similarity)
    }

    fn share_keys(&self, other: &Sketch) -> bool {
        // Where one has more than are kept, only those are compared that both would have kept.
        let last = |sketch: &Sketch| match sketch.keys.last() {
            Some(&last) if sketch.keys.len() == KEYS => last,
            _ => u16::MAX,
        };
        let limit = last(self).min(last(other));
        let kept = |sketch: &Sketch| sketch.keys.partition_point(|&key| key <= limit);
        let (ours, theirs) = (&self.keys[..kept(self)], &other.keys[..kept(other)]);
        let shared = ours.iter().filter(|key| theirs.binary_search(key).is_ok()).count();
        shared as f64 >= LEAST_KEYS * ours.len().min(theirs.len()) as f64
    }

    fn bands(&self) -> [u64; BANDS] {
        self.signature.band_hashes()
    }

    fn band(&self, number: usize) -> &[u16] {
        const WIDTH: usize = NUMBERS / BANDS;
        &self.signature.as_words()[number * WIDTH..(number + 1) * WIDTH]
    }
}

fn hash_of_word(word: &str) -> u64 {
    hash_of_bytes([word.as_bytes(), &[0xFF]])
}

fn hash_of_sequence(words: &[u64]) -> u64 {
    let numbers: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    hash_of_bytes([&(words.len() as u64).to_le_bytes()[..], &numbers])
}

/// An article that repeats a story.
///
/// See the [example](crate::story#example).
#[derive(Debug, Clone, PartialEq)]
pub struct Duplicate {
    /// The id of the first article with the story.
    pub of: String,
    /// How similar they are; see [`Sketch::similarity`].
    pub similarity: f64,
}

/// The stories so far, each by its first article.
///
/// See the [example](crate::story#example).
#[derive(Default)]
pub struct Stories {
    told: Vec<Story>,
    /// For each band the stories by that part of their signature.
    bands: [HashTable<u32>; BANDS],
}

struct Story {
    id: Box<str>,
    sketch: Sketch,
}

impl Stories {
    /// Takes note of the next article. If it repeats a story, says which: the most similar one, and
    /// of several the first. Only articles that tell something new are remembered, so that copies of
    /// copies are copies of the first.
    pub fn tell(&mut self, id: &str, sketch: Sketch) -> Option<Duplicate> {
        if sketch.sequences == 0 {
            return None;
        }
        let hashes = sketch.bands();
        let mut alike = BTreeSet::new();
        let mut full = [false; BANDS];
        for (number, (band, hash)) in self.bands.iter().zip(hashes).enumerate() {
            let same = |&&story: &&u32| self.told[story as usize].sketch.band(number) == sketch.band(number);
            let found = band.iter_hash(hash).filter(same).take(ALIKE);
            full[number] = found.map(|&story| alike.insert(story)).count() == ALIKE;
        }
        let mut best: Option<(u32, f64)> = None;
        for story in alike {
            if let Some(similarity) = self.told[story as usize].sketch.same_story(&sketch)
                && best.is_none_or(|(_, most)| similarity > most)
            {
                best = Some((story, similarity));
            }
        }
        if let Some((story, similarity)) = best {
            return Some(Duplicate { of: self.told[story as usize].id.to_string(), similarity });
        }
        // Four thousand million stories would need two terabytes of memory.
        let new = self.told.len() as u32;
        self.told.push(Story { id: id.into(), sketch });
        for (number, (band, hash)) in self.bands.iter_mut().zip(hashes).enumerate() {
            if !full[number] {
                let told = &self.told;
                band.insert_unique(hash, new, |&story| told[story as usize].sketch.bands()[number]);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A story of `sentences` sentences about people and places that no other seed gives.
    fn story(seed: u64, sentences: usize) -> Vec<String> {
        let word = |n: u64| {
            let hash = crate::text::hash64(&(seed, n));
            (0..5).map(|i| char::from(b'a' + (hash >> (8 * i)) as u8 % 26)).collect::<String>()
        };
        let name = |n: u64| {
            let word = word(n);
            format!("{}{}", word[..1].to_uppercase(), &word[1..])
        };
        (0..sentences as u64)
            .map(|i| {
                let n = 100 * i;
                format!(
                    "{} {} said {} the {} of {} would {} {} and {} the {} by {}.",
                    name(i % 7),
                    name(i % 5 + 50),
                    word(n),
                    word(n + 1),
                    name(i % 9 + 70),
                    word(n + 2),
                    word(n + 3),
                    word(n + 4),
                    word(n + 5),
                    word(n + 6)
                )
            })
            .collect()
    }

    fn duplicate_of(first: &[String], second: &[String]) -> Option<f64> {
        let mut stories = Stories::default();
        assert_eq!(stories.tell("first", Sketch::of(&first.join(" "))), None);
        let duplicate = stories.tell("second", Sketch::of(&second.join(" ")))?;
        assert_eq!(duplicate.of, "first");
        Some(duplicate.similarity)
    }

    #[test]
    fn copies_with_a_byline_a_changed_sentence_or_a_shorter_end_are_found() {
        for seed in 0..20 {
            let original = story(seed, 30);
            assert_eq!(duplicate_of(&original, &original), Some(1.0));
            let mut byline = original.clone();
            byline.insert(0, "PARIS (Reuters) - By Ana Ruiz.".to_owned());
            assert!(duplicate_of(&original, &byline).is_some_and(|it| it > 0.85));
            let mut changed = original.clone();
            changed[12] =
                "On Monday the mayor of Lyon denied all of it and left by the back door.".to_owned();
            assert!(duplicate_of(&original, &changed).is_some_and(|it| it > 0.75));
            assert!(duplicate_of(&original, &original[..20]).is_some_and(|it| it > 0.5));
            assert!(duplicate_of(&original[..20], &original).is_some_and(|it| it > 0.5));
            let upper: Vec<String> = original.iter().map(|it| it.replace('.', " !").to_uppercase()).collect();
            assert_eq!(Sketch::of(&upper.join("\n")).similarity(&Sketch::of(&original.join(" "))), 1.0);
        }
    }

    #[test]
    fn other_stories_and_form_letters_are_not() {
        for seed in 0..20 {
            assert_eq!(duplicate_of(&story(seed, 30), &story(seed + 100, 30)), None);
        }
        let letter = |town: &str, sum: &str| {
            vec![format!(
                "{town} gets a grant. Senator Ana Ruiz said today that the Fire Department of {town} will receive \
                 {sum} from the Department of Homeland Security under the Assistance to Firefighters Grant Program. \
                 Ruiz, who wrote the law with Senator Bo Lind of Ohio, said that the firefighters of {town} need \
                 good tools. The money will pay for hoses, radios and a new pump that the town could not afford."
            )]
        };
        assert_eq!(duplicate_of(&letter("Lima", "$134,261"), &letter("Mentor", "$121,792")), None);
    }

    #[test]
    fn thousands_of_form_letters_do_not_fill_a_band() {
        let mut stories = Stories::default();
        for town in 0..3_000 {
            let letter =
                format!("The town of N{town}x gets {town} dollars for its hoses from the state this year.");
            assert_eq!(stories.tell(&town.to_string(), Sketch::of(&letter)), None);
        }
        assert!(stories.bands.iter().all(|band| band.len() < 3_000));
    }

    #[test]
    fn sketches_of_a_version_never_change() {
        let sketch = Sketch::of("Ana Ruiz of Acme met the mayor of Lyon in 2019. Acme said nothing of it.");
        assert_eq!(sketch.sequences, 14);
        assert_eq!(&*sketch.keys, [1620, 28089, 38967, 53004, 62794]);
        assert_eq!(
            sketch.signature.as_words()[..6],
            [1709, 1950, 5783, 2163, 1186, 3167],
            "raise KIND if this is meant"
        );
    }

    #[test]
    fn a_text_without_words_tells_nothing() {
        let mut stories = Stories::default();
        assert_eq!(stories.tell("a", Sketch::of("...")), None);
        assert_eq!(stories.tell("b", Sketch::of("...")), None);
        assert_eq!(stories.tell("c", Sketch::of("Yes")), None);
        assert_eq!(stories.tell("d", Sketch::of("yes")).map(|it| it.of), Some("c".to_owned()));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn estimates_are_near_the_truth(shared in 0usize..200, own in 1usize..200) {
            let (shared, mut a, mut b) = (story(1, shared), story(2, own), story(3, own));
            a.extend(shared.clone());
            b.extend(shared);
            let sequences = |text: &[String]| {
                let text = text.join(" ").to_lowercase();
                let words: Vec<String> = text.split(|c: char| !c.is_alphanumeric()).filter(|it| !it.is_empty()).map(str::to_owned).collect();
                words.windows(WORDS).map(<[String]>::to_vec).collect::<BTreeSet<_>>()
            };
            let (one, other) = (sequences(&a), sequences(&b));
            let truth = one.intersection(&other).count() as f64 / one.union(&other).count() as f64;
            let estimate = Sketch::of(&a.join(" ")).similarity(&Sketch::of(&b.join(" ")));
            prop_assert!((estimate - truth).abs() < 0.25, "{} for {}", estimate, truth);
        }
    }
}
