//! Talks to the hub: the listing, what it says of a file, the file.

use std::env;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;
use std::thread;
use std::time::Duration;

use serde::Deserialize;
use ureq::http::{HeaderMap, Response};
use ureq::{Agent, Body};

use crate::error::{Error, Result, words};
use crate::system;

use super::id::HubModel;
use super::place::{Place, create, unwritable};
use super::remote::{Checksum, Remote};
use super::wanted::wanted;

/// To find and reach the server.
const CONNECT: Duration = Duration::from_secs(5);
/// For the next bytes of a server that has been reached.
const ANSWER: Duration = Duration::from_secs(30);
/// Attempts at a file whose connection breaks.
const ATTEMPTS: usize = 3;
const REDIRECTS: usize = 5;
/// No file is larger: a thousand terabytes.
const LARGEST: u64 = 1 << 50;

/// The hub, unless HF_ENDPOINT names another.
const ENDPOINT: &str = "https://huggingface.co";

const AGAIN: &str = "What has arrived is kept: run the same command again";
const WITHOUT_NETWORK: &str = "Only `model pull` needs the network: check the connection, and HTTPS_PROXY and HF_ENDPOINT \
                               if you use them. Or copy the model's folder from another machine and name it with `--model`";

/// The hub as one model of it is asked for.
pub(super) struct Hub<'a> {
    model: &'a HubModel,
    agent: Agent,
    token: Option<String>,
    endpoint: String,
}

/// What the hub lists of a model.
#[derive(Deserialize)]
struct Listing {
    siblings: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    #[serde(rename = "rfilename")]
    name: String,
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
    pub(super) fn new(model: &'a HubModel) -> Self {
        let set = |name| env::var(name).ok().map(|value| value.trim().to_owned()).filter(|v| !v.is_empty());
        let token = set("HF_TOKEN");
        let endpoint = set("HF_ENDPOINT").unwrap_or_else(|| ENDPOINT.to_owned());
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
        Hub { model, agent, token, endpoint: endpoint.trim_end_matches('/').to_owned() }
    }

    fn error(&self, problem: impl Into<String>, remedy: impl Into<String>) -> Error {
        Error::hub(self.model.to_string(), problem, remedy)
    }

    /// The revision as a part of an address: a branch may have slashes in its name.
    fn revision(&self) -> String {
        self.model.revision.replace('/', "%2F")
    }

    /// The names of the model's files that are to be fetched.
    pub(super) fn wanted(&self) -> Result<Vec<&'static str>> {
        let url = format!("{}/api/models/{}/revision/{}", self.endpoint, self.model.id, self.revision());
        let mut response =
            self.get("its list of files", url, None, &mut |_| false).map_err(|cut| match cut {
                Cut::Broken(reason) => {
                    self.error(format!("cannot reach {}: {reason}", self.endpoint), WITHOUT_NETWORK)
                }
                Cut::Failed(error) => error,
            })?;
        if !response.status().is_success() {
            return Err(self.refusal(None, &response));
        }
        let info: Listing = response.body_mut().read_json().map_err(|e| {
            self.error(
                format!("{} does not answer as the hub does ({})", self.endpoint, said(&e)),
                "Check HF_ENDPOINT, and whether the network asks for a login",
            )
        })?;
        let listed: Vec<&str> = info.siblings.iter().map(|file| file.name.as_str()).collect();
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

    /// Asks for a part of a file.
    fn ask(
        &self,
        file: &str,
        range: &str,
        look: &mut dyn FnMut(&Response<Body>) -> bool,
    ) -> Result<Response<Body>, Cut> {
        let url = format!("{}/{}/resolve/{}/{file}", self.endpoint, self.model.id, self.revision());
        self.get(file, url, Some(range), look)
    }

    /// Gets what is at an address. The answers on the way are shown to `look`, which says whether they
    /// are enough; where the hub sends elsewhere, it goes without the token.
    fn get(
        &self,
        what: &str,
        mut url: String,
        range: Option<&str>,
        look: &mut dyn FnMut(&Response<Body>) -> bool,
    ) -> Result<Response<Body>, Cut> {
        for _ in 0..=REDIRECTS {
            let mut request = self.agent.get(&url);
            if let Some(range) = range {
                request = request.header("Range", range);
            }
            if let Some(token) = self.token.as_ref().filter(|_| self.is_ours(&url)) {
                request = request.header("Authorization", format!("Bearer {token}"));
            }
            let response = request.call().map_err(|e| Cut::Broken(said(&e)))?;
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
                format!("{what}: {} sends from one address to the next", self.endpoint),
                "Check HF_ENDPOINT",
            )
            .into())
    }

    /// Whether an address is of the hub itself, and not of where it keeps its files.
    fn is_ours(&self, url: &str) -> bool {
        origin(url) == origin(&self.endpoint)
    }

    /// Asks for the size and the checksum of a file.
    pub(super) fn describe(&self, name: &'static str) -> Result<Remote> {
        let (mut etag, mut linked_etag, mut size) = (None, None, None);
        let mut ours = true;
        let answer = self.ask(name, "bytes=0-0", &mut |response| {
            let text = |name| header(response.headers(), name).map(str::to_owned);
            if ours {
                // What an address elsewhere calls a file is its own affair.
                etag = text("etag").or(etag.take());
                linked_etag = text("x-linked-etag").or(linked_etag.take());
                size = text("x-linked-size").and_then(|size| bytes(&size)).or(size);
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
        match (checksum, size.or_else(|| bytes(total?))) {
            (Some(checksum), Some(size)) => Ok(Remote { name, size, checksum }),
            _ => Err(self.error(
                format!("{name}: {} gives no checksum or no size to check it by", self.endpoint),
                "Use the hub itself, or a mirror that passes on its ETag headers",
            )),
        }
    }

    /// Gets a file into `place.arriving`, from the folder of an earlier pull or from the hub, and
    /// returns how many bytes came from the hub.
    pub(super) fn fetch(&self, file: &Remote, place: &Place, here: &mut dyn FnMut(u64)) -> Result<u64> {
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
        system::rename(&part, &target).map_err(|e| unwritable(&target, e))?;
        Ok(arrived)
    }

    /// Appends what is missing to `part`.
    fn fetch_rest(&self, file: &Remote, part: &Path, here: &mut dyn FnMut(u64)) -> Result<(), Cut> {
        let mut start = length(part);
        here(start);
        if start >= file.size {
            // Complete, or damaged, which the checksum shows. An empty file needs no server.
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
            let read = source.read(&mut buffer).map_err(|e| Cut::Broken(words::io(&e)))?;
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

/// What the network says, in words.
fn said(error: &ureq::Error) -> String {
    use ureq::Error;
    let words = match error {
        Error::Io(error) => return words::io(error),
        Error::HostNotFound => "there is no server of that name",
        Error::ConnectionFailed => "no connection comes about",
        Error::Timeout(_) => "it did not answer in time",
        Error::BadUri(_) => "this is no address of a server",
        Error::Json(_) => "its answer is no JSON",
        other => return words::plain(&other.to_string()),
    };
    words.to_owned()
}

/// A size, if it is one that a file can have.
fn bytes(text: &str) -> Option<u64> {
    text.parse().ok().filter(|&size| size < LARGEST)
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
    fn the_token_stays_with_the_hub() {
        assert_eq!(origin("https://hub.example/a/b"), "https://hub.example");
        assert_eq!(origin("http://127.0.0.1:80"), "http://127.0.0.1:80");
        assert_ne!(origin("https://hub.example.evil/a"), origin("https://hub.example/a"));
        assert_ne!(origin("http://127.0.0.1:80/a"), origin("http://127.0.0.1:8080/a"));
    }
}
