//! Fetches models from the Hugging Face hub into the user's cache. The only file that reaches the
//! network.
//!
//! Addresses and the listing are `hf-hub`'s. The files are fetched here, because that crate waits
//! without end, checks no sums, and names files after what the server says. Here a file has one of
//! the names of [`wanted`], whatever the server lists, and a folder takes its place among the models
//! only when everything in it has arrived and is what the hub says it is.

use std::env;
use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use hf_hub::api::RepoInfo;
use hf_hub::api::sync::{ApiBuilder, ApiRepo};
use hf_hub::{Cache, Repo, RepoType};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use ureq::http::{HeaderMap, Response};
use ureq::{Agent, Body};

use crate::error::{Error, Result};
use crate::model::find;
use crate::model::folder::ModelFolder;

/// A model of the hub at a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubModel {
    id: String,
    revision: String,
}

impl HubModel {
    /// Takes the id of a model, `OWNER/NAME` (or `NAME` alone, as a few old models have it), and a
    /// branch, tag or commit (without one: `main`).
    ///
    /// # Errors
    /// If one of them is none that the hub could have given.
    pub fn new(id: &str, revision: Option<&str>) -> Result<Self> {
        let revision = revision.unwrap_or(MAIN);
        let parts: Vec<&str> = id.split('/').collect();
        if parts.len() > 2 || !parts.iter().all(|part| is_hub_name(part)) {
            return Err(Error::hub(
                id,
                "no id of a model on the hub",
                "An id is OWNER/NAME, without the address before it, such as dslim/bert-base-NER",
            ));
        }
        if !is_revision(revision) {
            return Err(Error::hub(
                id,
                format!("`{revision}` is no name of a revision"),
                "Give a branch, a tag or a commit to `--revision`, or leave it out",
            ));
        }
        Ok(HubModel { id: id.to_owned(), revision: revision.to_owned() })
    }

    /// Reads `OWNER/NAME` or `OWNER/NAME@REVISION`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (id, revision) = match text.split_once('@') {
            Some((id, revision)) => (id, Some(revision)),
            None => (text, None),
        };
        HubModel::new(id, revision).ok()
    }

    /// The folder that the model has in the cache: `OWNER--NAME`, or `OWNER--NAME@REVISION` if the
    /// revision is not `main`. Ids have no `--` of their own.
    pub fn folder_name(&self) -> String {
        self.to_string().replace('/', "--")
    }
}

impl fmt::Display for HubModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.revision.as_str() {
            MAIN => f.write_str(&self.id),
            revision => write!(f, "{}@{revision}", self.id),
        }
    }
}

/// How far a pull is.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// The file that is arriving.
    pub file: &'a str,
    /// Bytes that are here, of all files.
    pub done: u64,
    /// Bytes of all files.
    pub total: u64,
}

/// What a pull brought.
#[derive(Debug)]
pub struct Pulled {
    /// The model's folder.
    pub folder: PathBuf,
    /// Files of the model.
    pub files: usize,
    /// Their size in bytes.
    pub bytes: u64,
    /// The bytes that came over the network; the rest was there already.
    pub fetched: u64,
}

const MAIN: &str = "main";
/// Beside the models, so that a whole folder can be renamed into its place.
const UNFINISHED: &str = ".unfinished";
/// To find and reach the server.
const CONNECT: Duration = Duration::from_secs(5);
/// For the next bytes of a server that has been reached.
const ANSWER: Duration = Duration::from_secs(30);
/// Attempts at a file whose connection breaks.
const ATTEMPTS: usize = 3;
const REDIRECTS: usize = 5;
const LONGEST_NAME: usize = 96;

const AGAIN: &str = "What has arrived is kept: run the same command again";
const WITHOUT_NETWORK: &str = "Only `model pull` needs the network: check the connection, and HTTPS_PROXY and HF_ENDPOINT \
                               if you use them. Or copy the model's folder from another machine and name it with `--model`";

/// Fetches what Triplewire needs of a model into the user's cache and tells `watch` about it. The
/// hub's address is taken from `HF_ENDPOINT` and the token from `HF_TOKEN`, where they are set.
///
/// What is there already is not fetched again; files of the folder that the hub does not have, such
/// as an ONNX graph that the user exported, stay.
///
/// # Errors
/// If the hub cannot be reached or refuses, if it has no such model or not the files that an engine
/// needs, if a file does not arrive whole, or if the cache cannot be written.
pub fn pull(model: &HubModel, watch: &mut dyn FnMut(Step)) -> Result<Pulled> {
    let models = find::cache().ok_or_else(|| {
        Error::Usage("there is no home folder to keep models in. Set XDG_CACHE_HOME to a folder".into())
    })?;
    let hub = Hub::new(model)?;
    let files = hub.wanted()?.into_iter().map(|name| hub.describe(name)).collect::<Result<Vec<Remote>>>()?;

    let unfinished = models.join(UNFINISHED);
    let place =
        Place { arriving: unfinished.join(model.folder_name()), folder: models.join(model.folder_name()) };
    create(&place.arriving)?;
    let lock = unfinished.join(format!("{}.lock", model.folder_name()));
    let _held = lock_for(model, &lock)?;
    place.remove_strangers(&files)?;

    let mut pulled = Pulled {
        folder: place.folder.clone(),
        files: files.len(),
        bytes: files.iter().map(|file| file.size).sum(),
        fetched: 0,
    };
    let mut before = 0;
    for file in &files {
        let mut here = |bytes| watch(Step { file: file.name, done: before + bytes, total: pulled.bytes });
        pulled.fetched += hub.fetch(file, &place, &mut here)?;
        before += file.size;
        if file.name == CONFIG {
            check_config(model, &place.arriving)?;
        }
    }
    place.settle(&files)?;
    // Nobody minds if these stay.
    let _ = fs::remove_file(lock);
    let _ = fs::remove_dir(unfinished);
    Ok(pulled)
}

/// Before hundreds of megabytes of weights are fetched: whether the model names entities at all.
fn check_config(model: &HubModel, arriving: &Path) -> Result<()> {
    match ModelFolder::open(arriving) {
        Err(Error::Model { problem, remedy, .. }) => {
            let _ = fs::remove_dir_all(arriving);
            Err(Error::hub(model.to_string(), format!("its {CONFIG} cannot be used: {problem}"), remedy))
        }
        opened => opened.map(|_| ()),
    }
}

fn is_hub_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    (1..=LONGEST_NAME).contains(&name.len())
        && name.chars().all(allowed)
        && !name.starts_with(['-', '.'])
        && !name.ends_with(['-', '.'])
        && !name.contains("--")
        && !name.contains("..")
}

fn is_revision(revision: &str) -> bool {
    revision.len() <= LONGEST_NAME && revision.split('/').all(is_hub_name)
}

const CONFIG: &str = "config.json";

/// The files to fetch of those that a model has, `config.json` first and the weights last, or what
/// is missing and what to do about it.
fn wanted(listed: &[&str]) -> Result<Vec<&'static str>, (String, String)> {
    let has = |name: &str| listed.contains(&name);
    let mut names = vec![CONFIG];
    let mut take = |some: &[&'static str]| names.extend(some.iter().filter(|name| has(name)));
    take(&["model.toml", "tokenizer.json", "tokenizer_config.json"]);
    if !has("tokenizer.json") {
        // Of these only vocab.txt is read here; from the others Python can make a tokenizer.json.
        take(&["vocab.txt", "vocab.json", "merges.txt", "sentencepiece.bpe.model", "spm.model"]);
        take(&["special_tokens_map.json", "added_tokens.json"]);
    }
    take(&["README.md", "LICENSE", "LICENSE.md", "LICENSE.txt"]);
    if has("model.onnx") {
        take(&["model.onnx_data", "model.onnx.data", "model.onnx"]);
    } else {
        take(&["onnx/model.onnx_data", "onnx/model.onnx.data", "onnx/model.onnx"]);
    }
    take(&["model.safetensors"]);
    if !has(CONFIG) {
        return Err((
            format!("no {CONFIG}, so it is no model of the transformers library"),
            "Choose a model for token classification".into(),
        ));
    }
    if names.iter().any(|name| matches!(*name, "model.safetensors" | "model.onnx" | "onnx/model.onnx")) {
        return Ok(names);
    }
    let convert = "convert it on a machine with Python: `AutoModelForTokenClassification.from_pretrained(ID)\
                   .save_pretrained(FOLDER)`, the same with AutoTokenizer, and `--model FOLDER`";
    Err(if has("pytorch_model.bin") {
        (
            "it has only a pickle (pytorch_model.bin), which may run any program and is not fetched".into(),
            format!(
                "See whether a revision has model.safetensors (`--revision refs/pr/1`, say), or {convert}"
            ),
        )
    } else if has("model.safetensors.index.json") {
        (
            "its weights are in several files, which no engine reads".into(),
            format!("Use a smaller model, or {convert} (with max_shard_size=\"100GB\")"),
        )
    } else {
        (
            "it has neither model.safetensors nor model.onnx".into(),
            format!("Choose another model, or {convert}"),
        )
    })
}

/// What the hub says a file's content is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Checksum {
    /// Of the content: large files.
    Sha256(String),
    /// Of git's header and the content: all others.
    GitBlob(String),
}

impl Checksum {
    /// Reads an `ETag`.
    fn of_etag(etag: &str) -> Option<Self> {
        let sum = etag.trim().trim_start_matches("W/").trim_matches('"').to_ascii_lowercase();
        let is_hex = sum.bytes().all(|byte| byte.is_ascii_hexdigit());
        match sum.len() {
            64 if is_hex => Some(Checksum::Sha256(sum)),
            40 if is_hex => Some(Checksum::GitBlob(sum)),
            _ => None,
        }
    }

    fn text(&self) -> &str {
        match self {
            Checksum::Sha256(sum) | Checksum::GitBlob(sum) => sum,
        }
    }

    fn fits(&self, file: &Path, size: u64) -> io::Result<bool> {
        let mut source = File::open(file)?;
        let sum = match self {
            Checksum::Sha256(_) => hash(Sha256::new(), &mut source),
            Checksum::GitBlob(_) => {
                hash(Sha1::new().chain_update(format!("blob {size}\0").as_bytes()), &mut source)
            }
        };
        Ok(sum? == self.text())
    }
}

fn hash(mut hash: impl Digest, source: &mut impl Read) -> io::Result<String> {
    let mut buffer = vec![0; 1 << 16];
    loop {
        match source.read(&mut buffer)? {
            0 => break,
            read => hash.update(&buffer[..read]),
        }
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A file on the hub.
#[derive(Debug)]
struct Remote {
    name: &'static str,
    size: u64,
    checksum: Checksum,
}

impl Remote {
    /// The name of what has arrived of it. With the checksum, so that a rest is never added to the
    /// beginning of another version.
    fn part(&self) -> String {
        format!("{}.{}.part", self.name, self.checksum.text())
    }

    fn is(&self, file: &Path) -> Result<bool> {
        let same = match fs::metadata(file) {
            Ok(data) if data.is_file() && data.len() == self.size => self.checksum.fits(file, self.size),
            _ => Ok(false),
        };
        same.map_err(|e| Error::io(file, e, "Make the file readable"))
    }
}

/// Where a model arrives, and where it goes when it is whole.
struct Place {
    arriving: PathBuf,
    folder: PathBuf,
}

impl Place {
    /// Removes what earlier pulls of other revisions left.
    fn remove_strangers(&self, files: &[Remote]) -> Result<()> {
        for folder in [self.arriving.clone(), self.arriving.join("onnx")] {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                let known = |name: &str| self.arriving.join(name) == path;
                if path.is_file() && !files.iter().any(|file| known(file.name) || known(&file.part())) {
                    fs::remove_file(&path).map_err(|e| unwritable(&path, e))?;
                }
            }
        }
        Ok(())
    }

    /// Moves the whole model to where models are looked for.
    fn settle(&self, files: &[Remote]) -> Result<()> {
        if !self.folder.exists() {
            return fs::rename(&self.arriving, &self.folder).map_err(|e| unwritable(&self.folder, e));
        }
        for file in files {
            let target = self.folder.join(file.name);
            create(target.parent().unwrap_or(&self.folder))?;
            fs::rename(self.arriving.join(file.name), &target).map_err(|e| unwritable(&target, e))?;
        }
        fs::remove_dir_all(&self.arriving).map_err(|e| unwritable(&self.arriving, e))
    }
}

fn create(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(|e| unwritable(folder, e))
}

fn unwritable(path: &Path, source: io::Error) -> Error {
    Error::io(path, source, "Make room there and make it writable, or set XDG_CACHE_HOME to another folder")
}

/// Keeps a second pull of the same model out for as long as the file is held.
fn lock_for(model: &HubModel, path: &Path) -> Result<File> {
    let file = File::create(path).map_err(|e| unwritable(path, e))?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => {
            Err(Error::hub(model.to_string(), "another pull of it is under way", "Wait for it to end"))
        }
        // Some network file systems have no locks; one pull at a time needs none.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
    }
}

/// The hub as one model of it is asked for.
struct Hub<'a> {
    model: &'a HubModel,
    repository: ApiRepo,
    agent: Agent,
    token: Option<String>,
    endpoint: String,
}

/// Why the rest of a file did not arrive.
enum Cut {
    /// Asking again may help.
    Broken(String),
    /// It will not.
    Failed(Error),
}

impl From<Error> for Cut {
    fn from(error: Error) -> Self {
        Cut::Failed(error)
    }
}

impl<'a> Hub<'a> {
    fn new(model: &'a HubModel) -> Result<Self> {
        let set = |name| env::var(name).ok().map(|value| value.trim().to_owned()).filter(|v| !v.is_empty());
        let token = set("HF_TOKEN");
        // This cache of hf-hub is never used: only its listing and its addresses are.
        let mut builder = ApiBuilder::from_cache(Cache::new(PathBuf::new()))
            .with_token(token.clone())
            .with_user_agent("triplewire", env!("CARGO_PKG_VERSION"));
        if let Some(endpoint) = set("HF_ENDPOINT") {
            builder = builder.with_endpoint(endpoint.trim_end_matches('/').to_owned());
        }
        let repo = Repo::with_revision(model.id.clone(), RepoType::Model, model.revision.clone());
        let api = builder
            .build()
            .map_err(|e| Error::hub(model.to_string(), e.to_string(), "This is a defect of the program"))?;
        let repository = api.repo(repo);
        let some_file = repository.url("");
        let endpoint = some_file.split(&format!("/{}/resolve/", model.id)).next().unwrap_or_default();
        let agent = Agent::config_builder()
            .max_redirects(0)
            .http_status_as_error(false)
            // Sizes and ranges are of the file as it is.
            .accept_encoding("identity")
            .user_agent(concat!("triplewire/", env!("CARGO_PKG_VERSION")))
            .timeout_resolve(Some(CONNECT))
            .timeout_connect(Some(CONNECT))
            .timeout_recv_response(Some(ANSWER))
            .timeout_per_read(Some(ANSWER))
            .build()
            .into();
        let endpoint = endpoint.to_owned();
        Ok(Hub { model, repository, agent, token, endpoint })
    }

    fn error(&self, problem: impl Into<String>, remedy: impl Into<String>) -> Error {
        Error::hub(self.model.to_string(), problem, remedy)
    }

    fn unreachable(&self, error: &ureq::Error) -> Error {
        self.error(format!("cannot reach {}: {error}", self.endpoint), WITHOUT_NETWORK)
    }

    /// The names of the model's files that are to be fetched.
    fn wanted(&self) -> Result<Vec<&'static str>> {
        let request = self.repository.info_request().config().http_status_as_error(false);
        let request = request.timeout_resolve(Some(CONNECT)).timeout_connect(Some(CONNECT));
        let request = request.timeout_recv_response(Some(ANSWER)).timeout_per_read(Some(ANSWER));
        let mut response = request.build().call().map_err(|e| self.unreachable(&e))?;
        if !response.status().is_success() {
            return Err(self.refusal(None, &response));
        }
        let info: RepoInfo = response.body_mut().read_json().map_err(|e| {
            self.error(
                format!("{} does not answer as the hub does: {e}", self.endpoint),
                "Check HF_ENDPOINT, and whether the network asks for a login",
            )
        })?;
        let listed: Vec<&str> = info.siblings.iter().map(|file| file.rfilename.as_str()).collect();
        wanted(&listed).map_err(|(problem, remedy)| self.error(problem, remedy))
    }

    /// What the answer means that refuses the model or a file of it.
    fn refusal(&self, file: Option<&str>, response: &Response<Body>) -> Error {
        let status = response.status().as_u16();
        let access = "put a token of your account on the hub into HF_TOKEN";
        let (problem, remedy) = match (status, header(response.headers(), "x-error-code").unwrap_or("")) {
            (_, "RevisionNotFound") => (
                format!("the hub has no revision `{}` of it", self.model.revision),
                "Give a branch, a tag or a commit of it to `--revision`, or leave that out".into(),
            ),
            (403, _) | (_, "GatedRepo") => (
                "its owners give access only to those who ask".into(),
                format!("Ask on the model's page, and {access}"),
            ),
            (401, _) if self.token.is_some() => (
                "the hub has no such model, or not for the token in HF_TOKEN (HTTP 401)".into(),
                "Check the spelling (OWNER/NAME), and whether the token is still valid".into(),
            ),
            (401, _) => (
                "the hub has no such model, or keeps it private (HTTP 401)".into(),
                format!("Check the spelling (OWNER/NAME); for a private model {access}"),
            ),
            (404, _) if file.is_none() => (
                format!(
                    "the hub has no such model, or no revision `{}` of it (HTTP 404)",
                    self.model.revision
                ),
                "Check the spelling (OWNER/NAME)".into(),
            ),
            (429, _) => {
                ("the hub has had too many requests (HTTP 429)".into(), format!("Wait a while. {AGAIN}"))
            }
            _ => (format!("the hub answers HTTP {status}"), format!("Try later. {AGAIN}")),
        };
        self.error(file.map(|file| format!("{file}: ")).unwrap_or_default() + &problem, remedy)
    }

    /// Asks for a part of a file. The answers on the way are shown to `look`, which says whether they
    /// are enough; where the hub sends elsewhere, it goes without the token.
    fn ask(
        &self,
        file: &str,
        range: &str,
        look: &mut dyn FnMut(&Response<Body>) -> bool,
    ) -> Result<Response<Body>, Cut> {
        let mut url = self.repository.url(file);
        for _ in 0..=REDIRECTS {
            let mut request = self.agent.get(&url).header("Range", range);
            if let Some(token) = self.token.as_ref().filter(|_| self.is_ours(&url)) {
                request = request.header("Authorization", format!("Bearer {token}"));
            }
            let response = request.call().map_err(|e| Cut::Broken(e.to_string()))?;
            let enough = look(&response);
            if enough || !response.status().is_redirection() {
                return Ok(response);
            }
            url = match header(response.headers(), "location") {
                Some(place) if place.starts_with('/') && !place.starts_with("//") => {
                    format!("{}{place}", origin(&url))
                }
                Some(place) if place.starts_with("https://") || place.starts_with("http://") => {
                    place.to_owned()
                }
                _ => break,
            };
        }
        Err(self
            .error(
                format!("{file}: {} sends from one address to the next", self.endpoint),
                "Check HF_ENDPOINT",
            )
            .into())
    }

    /// Whether an address is of the hub itself, and not of where it keeps its files.
    fn is_ours(&self, url: &str) -> bool {
        origin(url) == origin(&self.endpoint)
    }

    /// Asks for the size and the checksum of a file.
    fn describe(&self, name: &'static str) -> Result<Remote> {
        let (mut etag, mut linked_etag, mut size) = (None, None, None);
        let mut ours = true;
        let answer = self.ask(name, "bytes=0-0", &mut |response| {
            let text = |name| header(response.headers(), name).map(str::to_owned);
            if ours {
                // What an address elsewhere calls a file is its own affair.
                etag = text("etag").or(etag.take());
                linked_etag = text("x-linked-etag").or(linked_etag.take());
                size = text("x-linked-size").and_then(|size| size.parse().ok()).or(size);
            }
            ours = text("location").is_none_or(|place| self.is_ours(&place) || place.starts_with('/'));
            linked_etag.is_some() && size.is_some()
        });
        let answer = answer.map_err(|cut| match cut {
            Cut::Broken(reason) => self.error(format!("{name}: the connection broke: {reason}"), AGAIN),
            Cut::Failed(error) => error,
        })?;
        let status = answer.status();
        // An empty file has no first byte: 416.
        if !status.is_success() && !status.is_redirection() && status != 416 {
            return Err(self.refusal(Some(name), &answer));
        }
        let total = match status.as_u16() {
            206 | 416 => header(answer.headers(), "content-range").and_then(|range| range.rsplit('/').next()),
            _ => header(answer.headers(), "content-length"),
        };
        let checksum = linked_etag.or(etag).and_then(|etag| Checksum::of_etag(&etag));
        match (checksum, size.or_else(|| total?.parse().ok())) {
            (Some(checksum), Some(size)) => Ok(Remote { name, size, checksum }),
            _ => Err(self.error(
                format!("{name}: {} gives no checksum or no size to check it by", self.endpoint),
                "Use the hub itself, or a mirror that passes on its ETag headers",
            )),
        }
    }

    /// Gets a file into `place.arriving`, from the folder of an earlier pull or from the hub, and
    /// returns how many bytes came from the hub.
    fn fetch(&self, file: &Remote, place: &Place, here: &mut dyn FnMut(u64)) -> Result<u64> {
        let (target, earlier) = (place.arriving.join(file.name), place.folder.join(file.name));
        if file.is(&target)? {
            here(file.size);
            return Ok(0);
        }
        create(target.parent().unwrap_or(&place.arriving))?;
        if file.is(&earlier)? {
            fs::copy(&earlier, &target).map_err(|e| unwritable(&target, e))?;
            here(file.size);
            return Ok(0);
        }
        let part = place.arriving.join(file.part());
        let mut arrived = 0;
        let mut attempts = ATTEMPTS;
        loop {
            let before = length(&part);
            let outcome = self.fetch_rest(file, &part, here);
            let new = length(&part).saturating_sub(before);
            arrived += new;
            attempts -= 1;
            match outcome {
                Ok(()) => break,
                Err(Cut::Failed(error)) => return Err(error),
                Err(Cut::Broken(reason)) if attempts == 0 || new == 0 => {
                    let (got, of) = (length(&part), file.size);
                    let problem = format!("{}: {got} of {of} bytes arrived: {reason}", file.name);
                    return Err(self.error(problem, AGAIN));
                }
                Err(Cut::Broken(_)) => thread::sleep(Duration::from_secs(1)),
            }
        }
        if !file.is(&part)? {
            fs::remove_file(&part).map_err(|e| unwritable(&part, e))?;
            return Err(self.error(
                format!(
                    "{}: what arrived is not what the hub lists (wrong checksum); it is removed",
                    file.name
                ),
                "Run the same command again; if it goes on, a proxy or mirror changes files on their way",
            ));
        }
        fs::rename(&part, &target).map_err(|e| unwritable(&target, e))?;
        Ok(arrived)
    }

    /// Appends what is missing to `part`.
    fn fetch_rest(&self, file: &Remote, part: &Path, here: &mut dyn FnMut(u64)) -> Result<(), Cut> {
        let mut start = length(part);
        here(start);
        if start >= file.size {
            // Whole, or spoilt: the checksum will tell. An empty file needs no server.
            File::options().append(true).create(true).open(part).map_err(|e| unwritable(part, e))?;
            return Ok(());
        }
        let mut response = self.ask(file.name, &format!("bytes={start}-"), &mut |_| false)?;
        let range = header(response.headers(), "content-range").unwrap_or("");
        let mut options = OpenOptions::new();
        match response.status().as_u16() {
            206 if range.starts_with(&format!("bytes {start}-")) => options.append(true).create(true),
            200 => {
                start = 0;
                options.write(true).create(true).truncate(true)
            }
            206 => {
                return Err(self.error(format!("{}: another part than asked for", file.name), AGAIN).into());
            }
            _ => return Err(self.refusal(Some(file.name), &response).into()),
        };
        let mut part_file = options.open(part).map_err(|e| unwritable(part, e))?;
        let mut source = response.body_mut().as_reader().take(file.size - start);
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = source.read(&mut buffer).map_err(|e| Cut::Broken(e.to_string()))?;
            if read == 0 {
                break;
            }
            part_file.write_all(&buffer[..read]).map_err(|e| unwritable(part, e))?;
            start += read as u64;
            here(start);
        }
        if start < file.size {
            return Err(Cut::Broken("the connection was closed".into()));
        }
        part_file.sync_all().map_err(|e| unwritable(part, e))?;
        Ok(())
    }
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// The beginning of an address: scheme, host and port.
fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    url[host..].find('/').map_or(url, |end| &url[..host + end])
}

fn length(file: &Path) -> u64 {
    fs::metadata(file).map_or(0, |data| data.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_a_table() {
        let good = [
            ("dslim/bert-base-NER", None, "dslim--bert-base-NER"),
            ("bert_base.cased", None, "bert_base.cased"),
            ("a/b", Some("main"), "a--b"),
            ("a/b", Some("v1.0"), "a--b@v1.0"),
            ("a/b", Some("refs/pr/1"), "a--b@refs--pr--1"),
        ];
        for (id, revision, folder) in good {
            assert_eq!(HubModel::new(id, revision).unwrap().folder_name(), folder);
        }
        let long = "x".repeat(97);
        let bad = [
            "",
            "/",
            "a/",
            "/a",
            "a/b/c",
            "..",
            "../b",
            "a/..",
            "a/.b",
            ".a/b",
            "a--b/c",
            "a/b c",
            "a/b\\c",
            "a/b%2f",
            "https://hub/a/b",
            "a/b@main",
            "a/b?x",
            "ä/b",
            "-a/b",
            "C:b",
            &long,
        ];
        for id in bad {
            let error = HubModel::new(id, None).unwrap_err().to_string();
            assert!(error.contains("OWNER/NAME"), "{id}: {error}");
        }
        for revision in ["", "..", "a/../b", "/a", "a/", "a b", "a\n", "a%2f.."] {
            let error = HubModel::new("a/b", Some(revision)).unwrap_err().to_string();
            assert!(error.contains("no name of a revision"), "{revision}: {error}");
        }
        assert_eq!(HubModel::parse("a/b@v1"), HubModel::new("a/b", Some("v1")).ok());
        assert_eq!(HubModel::parse("a/b@../v1"), None);
    }

    #[test]
    fn only_known_files_are_wanted() {
        let listed = ["../config.json", "config.json", "vocab.txt", "tokenizer.json", "training_args.bin"];
        let with = |more: &[&'static str]| wanted(&[&listed[..], more].concat());
        assert_eq!(
            with(&["onnx/model.onnx", "model.safetensors", "pytorch_model.bin", "/etc/model.onnx"]).unwrap(),
            ["config.json", "tokenizer.json", "onnx/model.onnx", "model.safetensors"]
        );
        assert_eq!(
            with(&["onnx/model.onnx", "model.onnx"]).unwrap(),
            ["config.json", "tokenizer.json", "model.onnx"]
        );
        assert_eq!(
            wanted(&["config.json", "vocab.json", "merges.txt", "model.safetensors"]).unwrap(),
            ["config.json", "vocab.json", "merges.txt", "model.safetensors"]
        );
        let problem = |more: &[&'static str]| with(more).unwrap_err().0;
        assert!(problem(&["pytorch_model.bin"]).contains("only a pickle"));
        assert!(problem(&["model.safetensors.index.json"]).contains("several files"));
        assert!(problem(&["tf_model.h5"]).contains("neither"));
        assert!(wanted(&["README.md"]).unwrap_err().0.contains("no config.json"));
    }

    #[test]
    fn checksums_are_those_of_git_and_sha256() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x");
        fs::write(&file, "hello\n").unwrap();
        // `git hash-object x` and `sha256sum x`.
        let git = Checksum::of_etag("\"ce013625030ba8dba906f756967f9e9ca394464a\"").unwrap();
        let sha256 = "W/\"5891B5B522D5DF086D0FF0B110FBD9D21BB4FC7163AF34D08286A2E846F6BE03\"";
        for sum in [git, Checksum::of_etag(sha256).unwrap()] {
            assert!(sum.fits(&file, 6).unwrap());
            fs::write(folder.path().join("y"), "hullo\n").unwrap();
            assert!(!sum.fits(&folder.path().join("y"), 6).unwrap());
        }
        for odd in ["", "\"abc\"", "d41d8cd98f00b204e9800998ecf8427e", &"../".repeat(20)] {
            assert_eq!(Checksum::of_etag(odd), None);
        }
    }

    #[test]
    fn the_token_stays_with_the_hub() {
        assert_eq!(origin("https://hub.example/a/b"), "https://hub.example");
        assert_eq!(origin("http://127.0.0.1:80"), "http://127.0.0.1:80");
        assert_ne!(origin("https://hub.example.evil/a"), origin("https://hub.example/a"));
        assert_ne!(origin("http://127.0.0.1:80/a"), origin("http://127.0.0.1:8080/a"));
    }
}
