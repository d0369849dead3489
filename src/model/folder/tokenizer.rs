//! The tokenizer of a model folder: `tokenizer.json`, or BERT's own made from `vocab.txt`.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::processors::bert::BertProcessing;
use tokenizers::{AddedToken, Model as _, Tokenizer};

use crate::error::{Error, Result, words};
use crate::model::folder::ModelFolder;
use crate::model::folder::config::no_json;

/// What to do where there is no tokenizer.
const HOW_TO_GET_A_TOKENIZER: &str = "Fetch tokenizer.json from the model's source, or make it (in Python, \
                                      `AutoTokenizer.from_pretrained(folder).save_pretrained(folder)`)";

/// The architectures whose tokenizer is a list of word pieces. A folder that names none is taken for BERT.
const WORD_PIECE_MODELS: [&str; 8] =
    ["", "bert", "convbert", "distilbert", "electra", "mobilebert", "nezha", "squeezebert"];

/// `tokenizer_config.json`, as far as a `vocab.txt` needs it.
#[derive(Debug, Default, Deserialize)]
struct TokenizerConfig {
    do_lower_case: Option<bool>,
    strip_accents: Option<bool>,
    tokenize_chinese_chars: Option<bool>,
}

impl ModelFolder {
    /// The tokenizer, with its own padding and truncation switched off. Text that looks like a
    /// special token (`[SEP]`) is plain text to it.
    ///
    /// # Errors
    /// If `tokenizer.json` (or `vocab.txt`) is missing, broken, or larger than the model's
    /// vocabulary.
    pub fn tokenizer(&self) -> Result<Tokenizer> {
        let (file, vocab) = (self.path.join("tokenizer.json"), self.path.join("vocab.txt"));
        let (file, mut tokenizer) = if file.is_file() {
            let read = Tokenizer::from_file(&file).map_err(|_| {
                Error::model(&file, "it is no tokenizer", "Fetch the file again from the model's source")
            })?;
            (file, read)
        } else if vocab.is_file() {
            let built = self.tokenizer_of_vocabulary(&vocab)?;
            (vocab, built)
        } else {
            return Err(Error::model(
                &self.path,
                "no tokenizer.json and no vocab.txt",
                HOW_TO_GET_A_TOKENIZER,
            ));
        };
        tokenizer.with_padding(None);
        tokenizer.set_encode_special_tokens(true);
        let broken = |e: tokenizers::Error| {
            Error::model(
                &file,
                format!("the tokenizer fails: {}", words::plain(&e.to_string())),
                "Fetch the file again from the model's source",
            )
        };
        tokenizer.with_truncation(None).map_err(broken)?;
        let size = vocabulary_size(&tokenizer);
        if let Some(most) = self.vocab_size.filter(|&most| most < size) {
            return Err(Error::model(
                &file,
                format!("it has {size} tokens, and the model of config.json {most}"),
                "Take both files from the same model",
            ));
        }
        // A vocabulary without its unknown token fails on the first odd character, so try one here.
        for probe in ["a", "\u{10FFFD}"] {
            tokenizer.encode(probe, true).map_err(broken)?;
        }
        Ok(tokenizer)
    }

    /// BERT's own tokenizer from its list of word pieces.
    fn tokenizer_of_vocabulary(&self, vocab: &Path) -> Result<Tokenizer> {
        if !WORD_PIECE_MODELS.contains(&self.model_type.as_str()) {
            return Err(Error::model(
                vocab,
                format!("a {} model needs more than a list of words", self.model_type),
                HOW_TO_GET_A_TOKENIZER,
            ));
        }
        let broken =
            |problem: String| Error::model(vocab, problem, "Fetch the file again from the model's source");
        let config = self.tokenizer_config()?;
        let words = WordPiece::read_file(&vocab.to_string_lossy())
            .map_err(|_| broken("it is no list of words".to_owned()))?;
        // Upper-case letters are of use only to a tokenizer that keeps them.
        let has_capitals = fs::read_to_string(vocab)
            .map_err(|e| Error::io(vocab, e, "Make the file readable"))?
            .lines()
            .any(|word| !word.starts_with('[') && word.chars().any(char::is_uppercase));
        let id = |token: &str| {
            words.get(token).copied().ok_or_else(|| broken(format!("no {token} in the vocabulary")))
        };
        let special = (("[SEP]".to_owned(), id("[SEP]")?), ("[CLS]".to_owned(), id("[CLS]")?));
        id("[UNK]")?;
        let model = WordPiece::builder()
            .vocab(words)
            .unk_token("[UNK]".to_owned())
            .build()
            .map_err(|_| broken("no tokenizer can be made of it".to_owned()))?;
        let mut tokenizer = Tokenizer::new(model);
        tokenizer.with_normalizer(Some(BertNormalizer::new(
            true,
            config.tokenize_chinese_chars.unwrap_or(true),
            config.strip_accents,
            config.do_lower_case.unwrap_or(!has_capitals),
        )));
        tokenizer.with_pre_tokenizer(Some(BertPreTokenizer));
        tokenizer.with_post_processor(Some(BertProcessing::new(special.0, special.1)));
        let names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
        let known: Vec<AddedToken> = names
            .iter()
            .filter(|name| tokenizer.token_to_id(name).is_some())
            .map(|name| AddedToken::from(*name, true))
            .collect();
        tokenizer.add_special_tokens(&known);
        Ok(tokenizer)
    }
    fn tokenizer_config(&self) -> Result<TokenizerConfig> {
        let file = self.path.join("tokenizer_config.json");
        match fs::read_to_string(&file) {
            Ok(json) => serde_json::from_str(&json).map_err(|e| no_json(&file, &e)),
            Err(_) => Ok(TokenizerConfig::default()),
        }
    }
}

/// How many tokens a tokenizer has. It can tell itself, but makes a copy of all of them to count those that were added.
fn vocabulary_size(tokenizer: &Tokenizer) -> usize {
    let model = tokenizer.get_model();
    let added = tokenizer.get_added_vocabulary().get_vocab();
    model.get_vocab_size() + added.keys().filter(|token| model.token_to_id(token).is_none()).count()
}
