//! The entities with the most distinct neighbours.

use std::cmp::Reverse;
use std::io;

use crate::entity::EntityType;
use crate::output::aggregate::parts::{EntityKey, Neighbour};
use crate::output::sorter::Sorter;

/// An entity and how many others it is connected to.
///
/// See the [example](crate::output#example).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connected {
    /// The canonical name.
    pub name: String,
    /// Its type.
    pub entity_type: EntityType,
    /// Distinct entities it shares an asserted triple with.
    pub neighbours: usize,
}

/// How many of them the run reports.
const MOST_CONNECTED: usize = 10;

/// Counts the neighbours of each entity, and keeps the entities that have the most.
pub(super) fn most_connected(neighbours: Sorter<Neighbour>) -> io::Result<Vec<Connected>> {
    let mut most: Vec<Connected> = Vec::new();
    let mut rank = |name: EntityKey, neighbours: usize| {
        most.push(Connected { name: name.name, entity_type: name.entity_type, neighbours });
        // They come in order of their names, which the stable sort keeps.
        most.sort_by_key(|it| Reverse(it.neighbours));
        most.truncate(MOST_CONNECTED);
    };
    let mut open: Option<(EntityKey, usize)> = None;
    for neighbour in neighbours.rows()? {
        let of = neighbour?.of;
        match &mut open {
            Some((name, count)) if *name == of => *count += 1,
            _ => {
                if let Some((name, count)) = open.replace((of, 1)) {
                    rank(name, count);
                }
            }
        }
    }
    if let Some((name, count)) = open {
        rank(name, count);
    }
    Ok(most)
}
