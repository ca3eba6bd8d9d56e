//! `admin source`: where SMS come from.

use std::collections::BTreeMap;
use std::path::Path;

use clap::{Args, Subcommand};
use domain::clock::rfc3339;
use domain::phone::Nanp;
use domain::policy::reason::Reason;
use domain::supply::{self, Health, NewSource, Settings, ShownSetting, Supply};
use serde_json::{Value, json};

use super::{Answer, Desk, Refusal, words};

/// A setting read from a file has at most so many bytes.
const SETTING_FILE_MAX: u64 = 64 * 1024;

/// What can be done with sources.
#[derive(Subcommand)]
pub(crate) enum SourceCommand {
    /// List the connectors of this program and the settings each asks for
    #[command(after_help = "Example: jesusnumber admin source connectors")]
    Connectors,
    /// Add a source
    #[command(
        after_help = "Example: jesusnumber admin source add rack-1 --connector sms-gateway-android --set-file signing_key=/run/secrets/rack-1"
    )]
    Add(AddArgs),
    /// List the sources and how they do; their settings stay sealed
    #[command(after_help = "Example: jesusnumber admin source list")]
    List,
    /// Show the settings of a source; of a secret only whether it is set
    #[command(after_help = "Example: jesusnumber admin source settings rack-1")]
    Settings {
        /// The source's name
        source: String,
    },
    /// Change settings of a source; what is not named stays, and an empty value takes a setting away
    #[command(
        after_help = "Example: jesusnumber admin source set rack-1 --set-file signing_key=/run/secrets/rack-1 --reason 'the yearly change'"
    )]
    Set(SetArgs),
    /// Stop selling the numbers of a source; it still receives
    #[command(after_help = "Example: jesusnumber admin source pause rack-1 --reason 'the box is being moved'")]
    Pause(StateArgs),
    /// Sell the numbers of a source again
    #[command(after_help = "Example: jesusnumber admin source resume rack-1 --reason 'the box is back'")]
    Resume(StateArgs),
    /// Say which number a SIM is from now on
    #[command(after_help = "Example: jesusnumber admin source map-sim rack-1 phone-7/1 12025550147")]
    MapSim {
        /// The source's name
        source: String,
        /// The SIM as the connector spells it: an ICCID, a port, a device and slot
        sim: String,
        /// The number, which must be of this source
        #[arg(value_parser = words::number)]
        number: Nanp,
        /// Why, for the audit log
        #[arg(long, value_parser = words::reason)]
        reason: Option<Reason>,
    },
    /// List the SIMs of a source that are mapped now
    #[command(after_help = "Example: jesusnumber admin source sims rack-1")]
    Sims {
        /// The source's name
        source: String,
    },
}

/// Which source is paused or sold again, and why.
#[derive(Args)]
pub(crate) struct StateArgs {
    /// The source's name
    source: String,
    /// Why, for the audit log
    #[arg(long, value_parser = words::reason)]
    reason: Reason,
}

/// Settings as they are typed.
#[derive(Args)]
pub(crate) struct TypedSettings {
    /// A setting of the connector; may be repeated
    #[arg(long, value_parser = words::pair, value_name = "NAME=VALUE")]
    set: Vec<(String, String)>,
    /// A setting whose value is read from a file, so that a secret is not seen on the command line; may be repeated
    #[arg(long, value_parser = words::pair, value_name = "NAME=PATH")]
    set_file: Vec<(String, String)>,
}

impl TypedSettings {
    fn read(self) -> Result<BTreeMap<String, String>, Refusal> {
        let mut settings = BTreeMap::new();
        for (name, value) in self.set {
            put(&mut settings, name, value)?;
        }
        for (name, path) in self.set_file {
            let value = setting_file(&name, Path::new(&path))?;
            put(&mut settings, name, value)?;
        }
        Ok(settings)
    }
}

/// Settings of a source that change, and why.
#[derive(Args)]
pub(crate) struct SetArgs {
    /// The source's name
    source: String,
    #[command(flatten)]
    settings: TypedSettings,
    /// Why, for the audit log
    #[arg(long, value_parser = words::reason)]
    reason: Reason,
}

/// A source to be added.
#[derive(Args)]
pub(crate) struct AddArgs {
    /// Its name in /ingest/NAME/: 1 to 40 lower-case letters, digits and -
    slug: String,
    /// The connector that understands it; `source connectors` lists them
    #[arg(long)]
    connector: String,
    #[command(flatten)]
    settings: TypedSettings,
}

pub(super) async fn run(desk: &Desk<'_>, command: SourceCommand) -> Result<Answer, Refusal> {
    match command {
        SourceCommand::Connectors => Ok(connectors(desk)),
        SourceCommand::Add(args) => add(desk, args).await,
        SourceCommand::List => list(desk).await,
        SourceCommand::Settings { source } => settings(desk, &source).await,
        SourceCommand::Set(args) => set(desk, args).await,
        SourceCommand::Pause(StateArgs { source, reason }) => {
            supply::set_source_state(desk.app, &source, false, &reason, &desk.permit()?).await?;
            let line = format!("the numbers of {source} are not sold for now");
            Ok(Answer::line(line, json!({"source": source, "is_enabled": false})))
        }
        SourceCommand::Resume(StateArgs { source, reason }) => {
            supply::set_source_state(desk.app, &source, true, &reason, &desk.permit()?).await?;
            Ok(Answer::line(format!("the numbers of {source} are sold"), json!({"source": source, "is_enabled": true})))
        }
        SourceCommand::MapSim { source, sim, number, reason } => {
            supply::map_sim(desk.app, &source, &sim, &number, desk.author(reason)?).await?;
            let json = json!({"source": source, "sim": sim, "number": number.digits()});
            Ok(Answer::line(format!("SIM {sim} of {source} is {}", number.e164()), json))
        }
        SourceCommand::Sims { source } => {
            let sims = supply::sims(desk.app, &source).await?;
            let rows = sims.into_iter().map(|(sim, number)| json!({"sim": sim, "number": number})).collect();
            Ok(Answer::list(&["sim", "number"], rows))
        }
    }
}

fn connectors(desk: &Desk<'_>) -> Answer {
    let told = |connector: &dyn Supply| -> Vec<Value> {
        let about = json!({"connector": connector.name(), "setting": null, "needed": null, "help": connector.about()});
        let settings = connector.settings().iter().map(|setting| {
            let needed = if setting.is_optional { "no" } else { "yes" };
            json!({
                "connector": connector.name(), "setting": setting.name, "needed": needed,
                "is_secret": setting.is_secret, "help": setting.help,
            })
        });
        std::iter::once(about).chain(settings).collect()
    };
    let rows = desk.registry.all().into_iter().flat_map(told).collect();
    Answer::list(&["connector", "setting", "needed", "help"], rows)
}

async fn add(desk: &Desk<'_>, args: AddArgs) -> Result<Answer, Refusal> {
    let AddArgs { slug, connector, settings } = args;
    let settings = settings.read()?;
    // A word stands in the address, unless the source says that it comes in a header.
    let has_word = settings.contains_key("word") && !settings.contains_key("word_header");
    let new = NewSource {
        slug: slug.clone(),
        connector: connector.clone(),
        settings: Settings::new(settings),
        by: desk.permit()?,
    };
    let id = supply::add_source(desk.app, desk.registry, new).await?;
    let is_held = desk.registry.get(&connector).is_some_and(|connector| connector.holds());
    let line = if is_held {
        format!("added source {slug}; a house at work connects to it within some seconds")
    } else {
        let word = if has_word { "WORD/, where WORD is its setting `word`" } else { "" };
        format!("added source {slug}; it is pushed to at /ingest/{slug}/{word}")
    };
    Ok(Answer::line(line, json!({"id": id, "source": slug, "connector": connector})))
}

async fn settings(desk: &Desk<'_>, source: &str) -> Result<Answer, Refusal> {
    let shown = supply::settings(desk.app, desk.registry, source).await?;
    let rows = shown.into_iter().map(|ShownSetting { setting, is_set, value }| {
        json!({
            "setting": setting.name, "is_set": is_set, "value": value, "is_secret": setting.is_secret,
            "help": setting.help,
        })
    });
    Ok(Answer::list(&["setting", "is_set", "value", "help"], rows.collect()))
}

async fn set(desk: &Desk<'_>, args: SetArgs) -> Result<Answer, Refusal> {
    let SetArgs { source, settings, reason } = args;
    let changes = settings.read()?;
    if changes.is_empty() {
        return Err(Refusal::new("nothing is to be changed: name a setting with --set or --set-file"));
    }
    supply::set_settings(desk.app, desk.registry, &source, &changes, &reason, &desk.permit()?).await?;
    let names: Vec<&String> = changes.keys().collect();
    let line =
        format!("source {source} has the settings from now on; a house at work takes them up within some seconds");
    Ok(Answer::line(line, json!({"source": source, "settings": names})))
}

fn put(settings: &mut BTreeMap<String, String>, name: String, value: String) -> Result<(), Refusal> {
    if settings.contains_key(&name) {
        return Err(Refusal::new(format!("the setting `{name}` is given twice")));
    }
    settings.insert(name, value);
    Ok(())
}

/// The value in a file, without the line break that editors put at its end.
pub(super) fn setting_file(name: &str, path: &Path) -> Result<String, Refusal> {
    let unread = |why: String| Refusal::new(format!("the file of the setting `{name}`, {}, {why}", path.display()));
    let size = std::fs::metadata(path).map_err(|error| unread(format!("cannot be read: {error}")))?.len();
    if size > SETTING_FILE_MAX {
        return Err(unread(format!("is larger than {SETTING_FILE_MAX} bytes")));
    }
    let text = std::fs::read_to_string(path).map_err(|error| unread(format!("cannot be read: {error}")))?;
    Ok(text.strip_suffix("\r\n").or_else(|| text.strip_suffix('\n')).unwrap_or(&text).to_owned())
}

async fn list(desk: &Desk<'_>) -> Result<Answer, Refusal> {
    let sources = supply::sources(desk.app).await?;
    let mut health = supply::health(desk.app).await?;
    let rows = sources.into_iter().map(|source| {
        let Health { heard_ms, messages, refused, fault, wire } = health.remove(&source.id).unwrap_or_default();
        json!({
            "id": source.id,
            "source": source.slug,
            "connector": source.connector,
            "is_enabled": source.is_enabled,
            "created_at": rfc3339(source.created_ms),
            "heard_at": heard_ms.map(rfc3339),
            "messages_24h": messages,
            "refused_24h": refused,
            "connections": wire.map(|wire| wire.links),
            "reconnects": wire.map(|wire| wire.reconnects),
            "backlog": wire.map(|wire| wire.backlog),
            "fault": fault.map(|(at_ms, fault)| format!("{} {fault}", rfc3339(at_ms))),
        })
    });
    let columns = &[
        "id",
        "source",
        "connector",
        "is_enabled",
        "heard_at",
        "messages_24h",
        "refused_24h",
        "connections",
        "reconnects",
        "backlog",
        "fault",
    ];
    Ok(Answer::list(columns, rows.collect()))
}
