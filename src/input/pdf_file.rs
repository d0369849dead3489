//! A PDF file with a text layer: one article.
//!
//! The pages are read by the `hayro` crates, which give the place of each letter; `pdf_lines` makes text of that.

use std::collections::HashSet;
use std::fs::File;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};

use flate2::read::ZlibDecoder;
use hayro_interpret::font::{Glyph, GlyphRun};
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::hayro_syntax::object::Dict;
use hayro_interpret::hayro_syntax::page::Page as PdfPage;
use hayro_interpret::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use hayro_interpret::kurbo::{Affine, BezPath, Point, Rect};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, SoftMask, interpret_page,
};
use unicode_normalization::UnicodeNormalization;

use super::background::{Background, Outlet, Unwanted};
use super::bytes::LONGEST;
use super::dateline;
use super::docx_file::is_title;
use super::pdf_lines::{self, Letter, Page, PageLetters};
use super::reader::{Given, ReadItem, too_long};
use super::repeats::ProblemKind;
use crate::error::{Place, Problem};
use crate::text::{Date, one_line};

/// Bytes of a file, which is taken into memory, and of what one of its streams may unpack to.
const LARGEST: u64 = 256 << 20;
const MOST_UNPACKED: u64 = 512 << 20;

/// What may be drawn in a file. Pages can draw parts of them again and again, parts of parts too.
const MOST_STEPS: u64 = 20_000_000;
/// Regions that parts are drawn in, of a page and of a file: a part has one, whatever is in it.
const MOST_REGIONS_OF_PAGE: u64 = 50_000;
const MOST_REGIONS: u64 = 1_000_000;
/// Letters of a page, each of which takes some hundred bytes.
const MOST_LETTERS: usize = 1_000_000;

/// A reader of the file.
pub(super) fn open(path: PathBuf, name: String) -> Result<Background, Problem> {
    let place = Place::file(&path);
    Background::start(place.clone(), move |out| {
        let problem = match read(&path, name, out) {
            Ok(read) => return read,
            Err(problem) => problem,
        };
        let (kind, message, remedy) = problem.explain();
        out.skipped(kind, place, message, remedy)
    })
}

/// Why there is no article.
enum NoText {
    Broken(String),
    Encrypted,
    /// Of a way that is not known.
    Undecipherable,
    TooLarge,
    TooComplex,
    /// This many pages, all of them pictures.
    Scan(usize),
    Empty,
    /// The fonts do not say which letters they draw.
    NoLetters,
}

impl NoText {
    fn explain(&self) -> (ProblemKind, String, &'static str) {
        const RECOGNISE: &str =
            "Read it with a program for text recognition (OCR), such as ocrmypdf, and name the new file.";
        match self {
            NoText::Broken(why) => (
                ProblemKind::File,
                format!("this is no PDF file, or a damaged one ({why})"),
                "Copy or download it again; if a viewer shows it, print it to a new PDF file there.",
            ),
            NoText::Encrypted => (
                ProblemKind::File,
                "the file is protected by a password".to_owned(),
                "Open it in a viewer, print it to a new PDF file, and name that.",
            ),
            NoText::Undecipherable => (
                ProblemKind::File,
                "the file is encrypted in a way that the program does not know".to_owned(),
                "Open it in a viewer, print it to a new PDF file, and name that.",
            ),
            NoText::TooLarge => (
                ProblemKind::TooLong,
                format!("the file has more than {} MB, or unpacks to much more", LARGEST >> 20),
                "Split it into smaller files, or turn it into text, for example with pdftotext.",
            ),
            NoText::TooComplex => (
                ProblemKind::TooLong,
                "there is more on the pages than the program looks at".to_owned(),
                "Split it into smaller files, or turn it into text, for example with pdftotext.",
            ),
            NoText::Scan(pages) => {
                let pages = if *pages == 1 {
                    "its page is a picture".to_owned()
                } else {
                    format!("its {pages} pages are pictures")
                };
                (ProblemKind::EmptyText, format!("this is a scan without text: {pages}"), RECOGNISE)
            }
            NoText::Empty => (ProblemKind::EmptyText, "there is no text on its pages".to_owned(), RECOGNISE),
            NoText::NoLetters => {
                (ProblemKind::EmptyText, "its fonts do not say which letters they draw".to_owned(), RECOGNISE)
            }
        }
    }
}

fn read(path: &Path, name: String, out: &Outlet) -> Result<Result<(), Unwanted>, NoText> {
    let place = Place::file(path);
    let bytes = bytes(path)?;
    let pdf = Pdf::new(bytes).map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => NoText::Encrypted,
        LoadPdfError::Decryption(_) => NoText::Undecipherable,
        LoadPdfError::Invalid => NoText::Broken("it has no pages".to_owned()),
    })?;
    let Drawn { mut pages, pictures, unknown, letters, .. } = draw(&pdf)?;
    let headline = pdf_lines::headline(&pages);
    pdf_lines::drop_running(&mut pages);
    let text = pdf_lines::text(&pages);
    if text.len() > LONGEST {
        return Ok(out.put(too_long(place, "the text")));
    }
    if unknown > letters {
        return Err(NoText::NoLetters);
    }
    if text.trim().is_empty() {
        let is_scan = pictures > 0;
        return Err(if is_scan { NoText::Scan(pages.len()) } else { NoText::Empty });
    }
    let mut problems = Vec::new();
    if pictures > 0 {
        let message = format!("{pictures} of its {} pages are pictures without text", pages.len());
        let remedy = "The other pages are read. To have these too, run a program for text recognition (OCR) over the file.";
        problems.push(Problem::mended(place.clone(), message, remedy));
    }
    if unknown > 0 {
        let letters_are =
            if unknown == 1 { "1 letter is".to_owned() } else { format!("{unknown} letters are") };
        let message = format!("{letters_are} left out: the fonts do not say which they draw");
        let remedy =
            "If words are missing, turn the file into text in another way, for example with pdftotext.";
        problems.push(Problem::mended(place.clone(), message, remedy));
    }
    let about = pdf.metadata();
    let title = about.title.as_deref().map(text_string).filter(|title| is_title(title));
    let programs =
        [&about.creator, &about.producer].into_iter().flatten().map(|it| text_string(it).to_lowercase());
    let is_printed_page = programs.into_iter().any(|it| BROWSERS.iter().any(|browser| it.contains(browser)));
    let created = about.creation_date.as_ref().filter(|_| !is_printed_page);
    let created = created.map(|it| format!("{:04}-{:02}-{:02}", it.year, it.month, it.day));
    // The day that the text gives is surer than the one on which the file was made.
    let date = created.filter(|date| Date::read(date, None).is_ok() && dateline::date_of(&text).is_none());
    let given = Given { title: title.or(headline), date, ..Given::new(name, text, place) };
    let problems = problems.into_iter().map(|it| ReadItem::Problem(ProblemKind::File, it));
    Ok(out.put_all(problems.chain([ReadItem::Article(Box::new(given))])))
}

/// Programs that print pages of the web: the day on which they did is not that of the article.
const BROWSERS: [&str; 6] = ["skia", "chrom", "mozilla", "safari", "quartz pdfcontext", "wkhtmltopdf"];

fn bytes(path: &Path) -> Result<Vec<u8>, NoText> {
    let broken = |error: std::io::Error| NoText::Broken(error.to_string());
    let mut bytes = Vec::new();
    File::open(path).map_err(broken)?.take(LARGEST + 1).read_to_end(&mut bytes).map_err(broken)?;
    if bytes.len() as u64 > LARGEST || unpacks_to_too_much(&bytes) {
        return Err(NoText::TooLarge);
    }
    Ok(bytes)
}

/// Whether a stream in the file, packed once, is larger than memory should be asked for.
fn unpacks_to_too_much(bytes: &[u8]) -> bool {
    const MARK: &[u8] = b"stream";
    memchr::memmem::find_iter(bytes, MARK).any(|at| {
        let rest = &bytes[at + MARK.len()..];
        let rest = rest.strip_prefix(b"\r").unwrap_or(rest);
        let Some(packed) = rest.strip_prefix(b"\n") else { return false };
        let most = ZlibDecoder::new(packed).take(MOST_UNPACKED + 1);
        let mut most = std::io::BufReader::with_capacity(64 * 1024, most);
        let mut unpacked = 0;
        while let Ok(read) = std::io::BufRead::fill_buf(&mut most).map(<[u8]>::len)
            && read > 0
        {
            unpacked += read as u64;
            std::io::BufRead::consume(&mut most, read);
        }
        unpacked > MOST_UNPACKED
    })
}

/// A string of a PDF file.
fn text_string(bytes: &[u8]) -> String {
    let text = match bytes {
        [0xfe, 0xff, rest @ ..] => encoding_rs::UTF_16BE.decode_without_bom_handling(rest).0,
        [0xff, 0xfe, rest @ ..] => encoding_rs::UTF_16LE.decode_without_bom_handling(rest).0,
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest),
        bytes => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0,
    };
    one_line(&text.replace('\0', " "))
}

/// What is on the pages.
#[derive(Default)]
struct Drawn {
    pages: Vec<Page>,
    /// How many pages have pictures and no text.
    pictures: usize,
    /// Letters of which the fonts do not say which they are.
    unknown: usize,
    letters: usize,
    steps: u64,
    regions: u64,
}

/// Thrown where there is too much to draw: the crate has no way to be stopped.
struct TooMuch;

fn draw(pdf: &Pdf) -> Result<Drawn, NoText> {
    let settings = InterpreterSettings::default();
    let cache = InterpreterCache::new();
    let mut drawn = Drawn::default();
    for page in pdf.pages().iter() {
        let mut canvas = Canvas::new(page, (drawn.steps, drawn.regions));
        let transform = Affine::new(page.initial_transform(true).as_coeffs());
        let (width, height) = page.render_dimensions();
        let bounds = Rect::new(0.0, 0.0, width.into(), height.into());
        let mut context = Context::new(transform, bounds, &cache, pdf.xref(), settings.clone());
        let outcome = catch_unwind(AssertUnwindSafe(|| interpret_page(page, &mut context, &mut canvas)));
        match outcome {
            Ok(()) => {}
            Err(why) if why.is::<TooMuch>() => return Err(NoText::TooComplex),
            Err(why) => resume_unwind(why),
        }
        drawn.steps = canvas.steps;
        drawn.regions += canvas.regions;
        drawn.unknown += canvas.unknown;
        let letters = canvas.finish();
        drawn.pictures += usize::from(letters.letters.is_empty() && canvas.pictures > 0);
        drawn.letters += letters.letters.len();
        if drawn.letters > LONGEST {
            return Err(NoText::TooLarge);
        }
        drawn.pages.push(Page::of(&letters));
    }
    Ok(drawn)
}

/// Takes down letters instead of drawing them.
struct Canvas {
    letters: Vec<Drawing>,
    seen: HashSet<(String, i64, i64)>,
    width: f64,
    height: f64,
    pictures: usize,
    unknown: usize,
    /// For what is open of the marked content, whether it is no text of the page: heads, feet, page numbers.
    artifacts: Vec<bool>,
    /// Of all pages.
    steps: u64,
    regions: u64,
    most_regions: u64,
}

struct Drawing {
    letter: Letter,
    /// Quarters of a turn.
    turn: usize,
    is_artifact: bool,
}

impl Canvas {
    /// An empty one, after pages that took so many steps and regions.
    fn new(page: &PdfPage<'_>, (steps, regions): (u64, u64)) -> Canvas {
        let (width, height) = page.render_dimensions();
        Canvas {
            letters: Vec::new(),
            seen: HashSet::new(),
            width: width.into(),
            height: height.into(),
            pictures: 0,
            unknown: 0,
            artifacts: Vec::new(),
            steps,
            regions: 0,
            most_regions: MOST_REGIONS_OF_PAGE.min(MOST_REGIONS.saturating_sub(regions)),
        }
    }

    fn step(&mut self) {
        self.steps += 1;
        if self.steps > MOST_STEPS || self.letters.len() > MOST_LETTERS {
            resume_unwind(Box::new(TooMuch));
        }
    }

    fn region(&mut self) {
        self.regions += 1;
        if self.regions > self.most_regions {
            resume_unwind(Box::new(TooMuch));
        }
        self.step();
    }

    fn glyph(&mut self, glyph: &Glyph<'_>, transform: Affine) {
        let text = match glyph.as_unicode() {
            Some(BfString::Char(c)) => c.to_string(),
            Some(BfString::String(text)) => text,
            None => {
                self.unknown += 1;
                return;
            }
        };
        let text = clean(&text);
        let at = |x: f64, y: f64| transform * Point::new(x, y);
        let (origin, up) = (at(0.0, 0.0), at(0.0, 1000.0));
        let advance = match glyph {
            Glyph::Outline(glyph) => glyph.advance_width(),
            Glyph::Type3(glyph) => glyph.advance_width(),
        };
        let end = at(advance.unwrap_or(500.0).into(), 0.0);
        let size = up.distance(origin);
        let is_sound = [origin.x, origin.y, end.x, size].into_iter().all(f64::is_finite) && size > 0.1;
        if text.is_empty() || !is_sound {
            return;
        }
        // The letters say which way is up, whatever the rotation of the page.
        let (dx, dy) = (up.x - origin.x, up.y - origin.y);
        if dx.abs().min(dy.abs()) > 0.2 * size {
            // Across the page: a stamp.
            return;
        }
        let turn = match (dx.abs() > dy.abs(), dx + dy > 0.0) {
            (false, false) => 0,
            (true, true) => 1,
            (false, true) => 2,
            (true, false) => 3,
        };
        // The same letter in nearly the same place makes it bold, or a shadow.
        let place = |it: f64| (it / size * 10.0).round() as i64;
        if !self.seen.insert((text.clone(), place(origin.x), place(origin.y))) {
            return;
        }
        let turned = |at: Point| match turn {
            0 => at,
            1 => Point::new(at.y, self.width - at.x),
            2 => Point::new(self.width - at.x, self.height - at.y),
            _ => Point::new(self.height - at.y, at.x),
        };
        let (origin, end) = (turned(origin), turned(end));
        let letter = Letter { text, x: origin.x, end: end.x.max(origin.x), y: origin.y, size };
        let is_artifact = self.artifacts.contains(&true);
        self.letters.push(Drawing { letter, turn, is_artifact });
    }

    /// The letters that are text of the page: those that are not marked as something else, and stand the way that
    /// most of them do.
    fn finish(&mut self) -> PageLetters {
        let letters = std::mem::take(&mut self.letters);
        let has_text = letters.iter().any(|it| !it.is_artifact && !it.letter.text.trim().is_empty());
        let mut turns = [0; 4];
        letters.iter().for_each(|it| turns[it.turn] += 1);
        let turn = (0..4).rev().max_by_key(|&turn| turns[turn]).unwrap_or_default();
        let height = if turn % 2 == 0 { self.height } else { self.width };
        let shown = letters.into_iter().filter(|it| it.turn == turn && !(it.is_artifact && has_text));
        PageLetters { letters: shown.map(|it| it.letter).collect(), height }
    }
}

/// Letters in their plain form: without ligatures, marks of direction and signs that only one font knows.
fn clean(text: &str) -> String {
    let mut plain = String::new();
    for c in text.chars() {
        match c {
            '\u{fb00}'..='\u{fb4f}' => plain.extend(c.nfkc()),
            '\u{a0}' | '\t' | '\n' | '\r' => plain.push(' '),
            '\u{e000}'..='\u{f8ff}' | '\u{fffd}' | '\u{200b}'..='\u{200f}' | '\u{feff}' => {}
            c if c.is_control() => {}
            c => plain.push(c),
        }
    }
    plain
}

impl Device<'_> for Canvas {
    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'_>, _: &DrawMode) {
        self.step();
    }

    fn draw_rect(&mut self, _: &Rect, _: DrawProps<'_>, _: &DrawMode) {
        self.step();
    }

    fn push_clip_path(&mut self, _: &ClipPath) {
        self.region();
    }

    fn push_clip_rect(&mut self, _: &Rect) {
        self.region();
    }

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'_>>, _: BlendMode) {
        self.region();
    }

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, '_>, props: DrawProps<'_>, _: &DrawMode) {
        for glyph in run.glyphs() {
            self.step();
            self.glyph(glyph, props.transform * glyph.transform());
        }
    }

    fn draw_image(&mut self, _: Image<'_, '_>, _: ImageDrawProps<'_>) {
        self.step();
        self.pictures += 1;
    }

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {}

    fn begin_marked_content(&mut self, tag: &[u8], _: Option<&Dict<'_>>) {
        self.step();
        self.artifacts.push(tag == b"Artifact");
    }

    fn end_marked_content(&mut self) {
        self.artifacts.pop();
    }
}
