//! Label scores to mentions.

use crate::model::RawMention;
use crate::model::engine::Scores;
use crate::model::folder::ModelFolder;
use crate::model::window::Window;

/// The mentions of one article, in order, not overlapping.
pub(crate) fn mentions(_: &ModelFolder, _: &str, _: &[Window], _: &[Scores]) -> Vec<RawMention> {
    todo!("decode")
}
