//! Kinds of things: "the airline" may be called "the company", "the court" may not.

mod persons;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crate::entity::EntityType;

pub(super) use persons::{is_passing, is_person, is_she, is_she_by_name};

/// Nouns that can stand for the same thing, and the type of its name.
struct Family {
    entity_type: EntityType,
    /// What all of the family may be called.
    general: &'static [&'static str],
    /// What only some of it may be called.
    nouns: &'static [&'static str],
}

impl Family {
    fn has(&self, noun: &str) -> bool {
        self.general.contains(&noun) || self.nouns.contains(&noun)
    }
}

/// Any enterprise is a company; but a bank is no airline.
const fn enterprise(general: &'static [&'static str], nouns: &'static [&'static str]) -> Family {
    Family { entity_type: EntityType::Org, general, nouns }
}

const fn org(nouns: &'static [&'static str]) -> Family {
    Family { entity_type: EntityType::Org, general: nouns, nouns: &[] }
}

const fn loc(nouns: &'static [&'static str]) -> Family {
    Family { entity_type: EntityType::Loc, general: nouns, nouns: &[] }
}

const fn work(nouns: &'static [&'static str]) -> Family {
    Family { entity_type: EntityType::Misc, general: nouns, nouns: &[] }
}

const FAMILIES: &[Family] = &[
    enterprise(
        &[
            "company",
            "firm",
            "business",
            "group",
            "corporation",
            "conglomerate",
            "giant",
            "multinational",
            "enterprise",
            "maker",
            "subsidiary",
        ],
        &[
            "manufacturer",
            "retailer",
            "airline",
            "carrier",
            "carmaker",
            "automaker",
            "supplier",
            "brewer",
            "insurer",
            "operator",
            "developer",
            "startup",
            "start-up",
            "publisher",
            "producer",
            "utility",
            "supermarket",
            "chain",
            "consortium",
            "studio",
            "brand",
            "chipmaker",
            "drugmaker",
            "bank",
            "lender",
            "consultancy",
            "contractor",
            "builder",
            "miner",
            "refiner",
            "steelmaker",
            "planemaker",
        ],
    ),
    org(&["bank", "lender"]),
    org(&["carmaker", "automaker", "manufacturer"]),
    org(&["airline", "carrier"]),
    org(&["party"]),
    org(&[
        "militia",
        "group",
        "organisation",
        "organization",
        "movement",
        "faction",
        "militants",
        "rebels",
        "insurgents",
    ]),
    org(&[
        "charity",
        "group",
        "organisation",
        "organization",
        "foundation",
        "nonprofit",
        "non-profit",
        "ngo",
    ]),
    org(&["club", "team", "side", "franchise"]),
    org(&["team", "squad"]),
    org(&["website", "site", "portal", "platform"]),
    org(&["think-tank", "thinktank", "organisation", "organization", "group", "institute"]),
    org(&["band", "group", "trio", "duo", "quartet", "quintet"]),
    org(&["agency", "regulator", "watchdog", "authority", "bureau"]),
    org(&["union", "federation", "association", "confederation"]),
    org(&["newspaper", "paper", "daily", "tabloid", "broadsheet", "publication"]),
    org(&["magazine", "publication", "weekly"]),
    org(&["broadcaster", "network", "channel", "station"]),
    org(&["university", "college", "institution"]),
    org(&["school", "academy"]),
    org(&["institute", "institution"]),
    org(&["coalition", "alliance", "bloc"]),
    org(&["ministry", "department"]),
    org(&["committee", "commission", "council", "panel", "tribunal", "court", "assembly", "parliament"]),
    loc(&["country", "nation", "republic", "kingdom"]),
    loc(&["city", "town", "village"]),
    loc(&["city", "town", "village", "island", "province", "county", "district", "region", "municipality"]),
    loc(&[
        "state",
        "territory",
        "borough",
        "suburb",
        "peninsula",
        "palace",
        "castle",
        "hotel",
        "airport",
        "stadium",
        "museum",
        "cathedral",
        "mosque",
        "temple",
        "prison",
        "bridge",
        "river",
        "lake",
        "mountain",
        "volcano",
    ]),
    loc(&["government", "capital"]),
    work(&["film", "movie"]),
    work(&["book", "novel", "memoir", "autobiography", "biography"]),
    work(&["album"]),
    work(&["song", "single"]),
    work(&["game", "title", "shooter", "sequel"]),
    work(&["show", "series", "sitcom", "drama"]),
    work(&["documentary", "film"]),
    work(&["bill", "act", "legislation"]),
    work(&["play", "musical", "opera"]),
];

/// In these families nouns are no synonyms: a council is no court.
fn is_loose(family: &Family) -> bool {
    !["court", "island", "palace", "government"].iter().any(|noun| family.has(noun))
}

/// Whether a plural noun names one body.
pub(super) fn is_body_of_many(noun: &str) -> bool {
    matches!(noun, "militants" | "rebels" | "insurgents")
}

/// The country of which a city is the capital.
pub(super) fn country_of_capital(city: &str) -> Option<&'static str> {
    static CAPITALS: LazyLock<BTreeMap<&str, &str>> = LazyLock::new(|| {
        include_str!("capitals.csv").lines().skip(1).filter_map(|line| line.split_once(',')).collect()
    });
    CAPITALS.get(city).copied()
}

/// Whether a place is a federal state.
pub(super) fn is_state(place: &str) -> bool {
    static STATES: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
        include_str!("aliases/states.csv").lines().skip(1).filter_map(|line| line.split(',').next()).collect()
    });
    STATES.contains(place)
}

/// Words in a name that tell its kind, beside the nouns above.
const IN_NAMES: [(&str, &str); 51] = [
    ("inc", "company"),
    ("inc.", "company"),
    ("corp", "company"),
    ("corp.", "company"),
    ("ltd", "company"),
    ("ltd.", "company"),
    ("plc", "company"),
    ("co", "company"),
    ("co.", "company"),
    ("ag", "company"),
    ("gmbh", "company"),
    ("llc", "company"),
    ("motors", "company"),
    ("airlines", "airline"),
    ("airways", "airline"),
    ("holdings", "company"),
    ("industries", "company"),
    ("technologies", "company"),
    ("pharmaceuticals", "company"),
    ("bancorp", "bank"),
    ("fc", "club"),
    ("afc", "club"),
    ("rovers", "club"),
    ("wanderers", "club"),
    ("times", "newspaper"),
    ("post", "newspaper"),
    ("herald", "newspaper"),
    ("tribune", "newspaper"),
    ("gazette", "newspaper"),
    ("telegraph", "newspaper"),
    ("guardian", "newspaper"),
    ("journal", "newspaper"),
    ("tv", "broadcaster"),
    ("television", "broadcaster"),
    ("radio", "broadcaster"),
    ("bbc", "broadcaster"),
    ("cnn", "broadcaster"),
    ("nbc", "broadcaster"),
    ("abc", "broadcaster"),
    ("cbs", "broadcaster"),
    ("npr", "broadcaster"),
    ("reuters", "agency"),
    ("xinhua", "agency"),
    ("afp", "agency"),
    ("democrats", "party"),
    ("republicans", "party"),
    ("greens", "party"),
    ("tories", "party"),
    ("taliban", "militia"),
    ("al-qaeda", "militia"),
    ("hezbollah", "militia"),
];

/// The last words of the names of clubs.
const CLUBS: [&str; 8] = ["United", "City", "Town", "County", "Albion", "Athletic", "Hotspur", "Wednesday"];

/// Words in a name for which none of the nouns above stands.
const OTHERS: [&str; 34] = [
    "house",
    "police",
    "army",
    "navy",
    "force",
    "forces",
    "guard",
    "pentagon",
    "kremlin",
    "office",
    "cabinet",
    "government",
    "administration",
    "treasury",
    "senate",
    "congress",
    "press",
    "nations",
    "nato",
    "un",
    "eu",
    "who",
    "fbi",
    "cia",
    "nasa",
    "service",
    "hospital",
    "museum",
    "church",
    "airport",
    "center",
    "centre",
    "cup",
    "league",
];

/// Nouns that need no introduction: they refer to the only organisation (or place) nearby.
const PLAIN: [&str; 25] = [
    "film",
    "movie",
    "book",
    "novel",
    "album",
    "song",
    "company",
    "firm",
    "party",
    "club",
    "band",
    "group",
    "airline",
    "carmaker",
    "automaker",
    "retailer",
    "manufacturer",
    "militia",
    "newspaper",
    "broadcaster",
    "university",
    "bank",
    "country",
    "city",
    "town",
];

/// The entity type of a noun, if it is one of these.
pub(super) fn type_of(noun: &str) -> Option<EntityType> {
    FAMILIES.iter().find(|family| family.has(noun)).map(|family| family.entity_type)
}

/// Whether a thing introduced with one noun may be called the other.
pub(super) fn is_called(introduced: &str, called: &str) -> bool {
    let both = |family: &Family| {
        is_loose(family)
            && (family.general.contains(&introduced) && family.has(called)
                || family.has(introduced) && family.general.contains(&called))
    };
    // "The capital, Lima".
    introduced == called || (introduced, called) == ("capital", "city") || FAMILIES.iter().any(both)
}

/// Whether a noun needs no introduction.
pub(super) fn is_plain(noun: &str) -> bool {
    PLAIN.contains(&noun)
}

/// The nouns of a name: `bank` in "Acme Bank". Empty strings stand for other kinds.
pub(super) fn of_name(name: &str) -> Vec<&'static str> {
    let mut nouns = Vec::new();
    for word in name.to_lowercase().split([' ', ',']) {
        let noun = FAMILIES
            .iter()
            .flat_map(|family| family.general.iter().chain(family.nouns))
            .find(|noun| **noun == word);
        let told = IN_NAMES.iter().find(|(told, _)| *told == word).map(|(_, noun)| noun);
        nouns.extend(noun.or(told).copied());
        nouns.extend(OTHERS.contains(&word).then_some(""));
    }
    // "Kelm United" is a club, "United Kelm" is not.
    let last = name.rsplit(' ').next().unwrap_or_default();
    if name.contains(' ') && CLUBS.contains(&last) {
        nouns.push("club");
    }
    nouns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_called_what() {
        for (introduced, called, expected) in [
            ("airline", "company", true),
            ("airline", "airline", true),
            ("militia", "group", true),
            ("court", "council", false),
            ("court", "court", true),
            ("party", "company", false),
            ("band", "company", false),
            ("town", "country", false),
        ] {
            assert_eq!(is_called(introduced, called), expected, "{introduced} {called}");
        }
    }

    #[test]
    fn nouns_of_names() {
        for (name, nouns) in [
            ("Acme Bank", vec!["bank"]),
            ("Zorb Airways", vec!["airline"]),
            ("Reds", vec![]),
            ("Kelm Police", vec![""]),
        ] {
            assert_eq!(of_name(name), nouns, "{name}");
        }
    }
}
