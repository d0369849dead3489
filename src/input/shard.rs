//! Every n-th article.

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Item;

/// A part of the input: of every `of` articles the one with this number, counted from 1. What is
/// wrong with an input belongs to the article that comes after it.
///
/// See the [example](crate::input#example).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Shard {
    number: NonZeroU64,
    of: NonZeroU64,
}

impl Shard {
    /// The whole input.
    pub const WHOLE: Shard = Shard { number: NonZeroU64::MIN, of: NonZeroU64::MIN };

    /// Which shard it is, from 1.
    pub fn number(self) -> NonZeroU64 {
        self.number
    }

    /// How many shards there are.
    pub fn of(self) -> NonZeroU64 {
        self.of
    }

    /// The number in the whole input, from 0, of the shard's article number `index`, from 0.
    pub fn position(self, index: u64) -> u64 {
        self.number.get() - 1 + index * self.of.get()
    }

    /// The items of this shard.
    pub fn pick<I: Iterator<Item = Item>>(self, items: I) -> impl Iterator<Item = Item> + use<I> {
        let mut articles = 0;
        items.filter(move |item| {
            let mine = articles % self.of == self.number.get() - 1;
            articles += u64::from(matches!(item, Item::Article(_)));
            mine
        })
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/').and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
        match parts {
            Some((number, of)) if number <= of => Ok(Shard { number, of }),
            _ => Err("give i/n, such as 1/4 for the first of four shards".to_owned()),
        }
    }
}

impl TryFrom<String> for Shard {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Shard> for String {
    fn from(shard: Shard) -> Self {
        shard.to_string()
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::error::{Place, Problem};
    use crate::text::Article;

    #[test]
    fn shards_are_read_and_written() {
        assert_eq!("2/3".parse::<Shard>().unwrap().to_string(), "2/3");
        for wrong in ["", "2", "0/2", "3/2", "1/0", "a/b", "1/2/3", "-1/2"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_item_is_in_one_shard_at_its_position(articles in prop::collection::vec(any::<bool>(), 0..60), of in 1u64..9) {
            let items: Vec<Item> = articles
                .iter()
                .enumerate()
                .map(|(i, &article)| match article {
                    true => Item::Article(Article { id: i.to_string(), ..Article::default() }),
                    false => Item::Problem(Problem::mended(Place::file(i.to_string()), "", "")),
                })
                .collect();
            let whole: Vec<&Item> = items.iter().filter(|it| matches!(it, Item::Article(_))).collect();
            let mut seen = 0;
            for number in 1..=of {
                let shard: Shard = format!("{number}/{of}").parse().unwrap();
                let mut index = 0;
                for item in shard.pick(items.iter().cloned()) {
                    seen += 1;
                    if matches!(item, Item::Article(_)) {
                        prop_assert_eq!(whole[shard.position(index) as usize], &item);
                        index += 1;
                    }
                }
            }
            prop_assert_eq!(seen, items.len());
        }
    }
}
