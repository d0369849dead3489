//! Verbs with a particle.

/// Verbs and their particles that make a new verb; those with `*` take an object right after the particle: "took over
/// the bank" is taken over, where "walked over the bridge" is not.
const PHRASAL: [(&str, &str); 40] = [
    ("back", "down away out"),
    ("beat", "up*"),
    ("blow", "up* out"),
    ("break", "up in* out away down off*"),
    ("bring", "in* up* down* back*"),
    ("buy", "out* up*"),
    ("call", "off* up"),
    ("carry", "out* on off*"),
    ("cut", "off* down* back"),
    ("fight", "back off*"),
    ("give", "up* in away* back*"),
    ("go", "on"),
    ("gun", "down*"),
    ("hand", "over* in* out* down*"),
    ("hit", "back out"),
    ("hold", "up* back* off* out"),
    ("hunt", "down*"),
    ("kick", "out* off*"),
    ("knock", "out* down* off"),
    ("lash", "out"),
    ("lay", "off* down* out*"),
    ("lock", "up* out*"),
    ("move", "out in away back"),
    ("pay", "off* back* out*"),
    ("pull", "out down* off* back"),
    ("put", "down* off* forward* up* out*"),
    ("round", "up*"),
    ("rule", "out*"),
    ("sell", "off* out"),
    ("set", "up* off out"),
    ("shoot", "down* up*"),
    ("shut", "down* out* off*"),
    ("split", "up"),
    ("stand", "down up"),
    ("step", "down up aside in back"),
    ("take", "over* off up* out* back* down* on*"),
    ("team", "up"),
    ("turn", "down* over* away*"),
    ("win", "over* back*"),
    ("wipe", "out*"),
];

/// Whether a verb and a particle are one verb, and if so whether it takes an object.
pub(super) fn find(verb: &str, particle: &str) -> Option<bool> {
    let (_, particles) = PHRASAL.iter().find(|(known, _)| *known == verb)?;
    let found = particles.split(' ').find(|known| known.trim_end_matches('*') == particle)?;
    Some(found.ends_with('*'))
}
