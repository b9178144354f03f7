//! Strings as small integers that stay the same across restarts.
//!
//! [`Names`] lives with whoever meets strings first. It gives a new name its integer at once and remembers that it is
//! fresh; the fresh names go into the batch that is the first to use them ([`Names::take_fresh`]), so that no integer is
//! ever on disk without its name.

use std::collections::{BTreeMap, HashMap};

use d8_core::id::{AccountId, ClientId, GroupId, KindId, LimitId, RouteId, TargetId, WorkerId};

/// What a request asks of a provider, such as a chat completion or an embedding.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Endpoint(pub u32);

/// What a name is the name of. The same string may be a name of each kind.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum NameKind {
    /// A group of tasks; a run is one.
    Group,
    /// Who tasks are for.
    Client,
    /// A name that tasks ask for.
    Route,
    /// A credential or a local server.
    Account,
    /// One count of one limit.
    Limit,
    /// A worker's id.
    Worker,
    /// What a request asks of a provider.
    Endpoint,
    /// A type of task.
    Kind,
}

/// An integer that stands for a name.
pub trait Named: Copy {
    /// The kind of its names.
    const KIND: NameKind;
    /// The id with this integer.
    fn of(integer: u32) -> Self;
    /// Its integer.
    fn integer(self) -> u32;
}

macro_rules! named {
    ($($id:ty => $kind:ident),* $(,)?) => {$(
        impl Named for $id {
            const KIND: NameKind = NameKind::$kind;
            fn of(integer: u32) -> Self {
                Self(integer)
            }
            fn integer(self) -> u32 {
                self.0
            }
        }
    )*};
}

named! {
    GroupId => Group, ClientId => Client, RouteId => Route, AccountId => Account, LimitId => Limit, WorkerId => Worker,
    Endpoint => Endpoint, KindId => Kind,
}

/// What a target is, whole: with another key or quota group it is another target, so that what one quota has spent is
/// never taken for the spending of another.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TargetName {
    /// The account's name.
    pub account: String,
    /// The catalogue's name of the provider.
    pub provider: String,
    /// The model.
    pub model: String,
    /// Whose ledger it spends from: a quota group or a fingerprint.
    pub quota_key: String,
}

/// A name that is not on disk yet, with its integer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FreshName {
    /// Of one of the kinds.
    Plain(u32, NameKind, String),
    /// Of a target.
    Target(TargetId, TargetName),
}

/// All names, in memory.
#[derive(Clone, Debug, Default)]
pub struct Names {
    ids: HashMap<NameKind, HashMap<String, u32>>,
    names: BTreeMap<u32, (NameKind, String)>,
    target_ids: HashMap<TargetName, TargetId>,
    targets: BTreeMap<TargetId, TargetName>,
    fresh: Vec<FreshName>,
}

impl Names {
    /// The id of a name, a new one where the name is new.
    pub fn intern<I: Named>(&mut self, name: &str) -> I {
        if let Some(known) = self.find(name) {
            return known;
        }
        let integer = self.names.last_key_value().map_or(1, |(last, _)| last + 1);
        self.restore(integer, I::KIND, name.to_owned());
        self.fresh.push(FreshName::Plain(integer, I::KIND, name.to_owned()));
        I::of(integer)
    }

    /// The id of a target, a new one where it differs in anything from all that are known.
    pub fn intern_target(&mut self, name: &TargetName) -> TargetId {
        if let Some(known) = self.target_ids.get(name) {
            return *known;
        }
        let id = TargetId(self.targets.last_key_value().map_or(1, |(last, _)| last.0 + 1));
        self.restore_target(id, name.clone());
        self.fresh.push(FreshName::Target(id, name.clone()));
        id
    }

    /// The id of a name, where it has one.
    pub fn find<I: Named>(&self, name: &str) -> Option<I> {
        self.ids.get(&I::KIND)?.get(name).copied().map(I::of)
    }

    /// Every name of a kind, in the order in which they came.
    pub fn of_kind<I: Named>(&self) -> impl Iterator<Item = (I, &str)> {
        let of_kind = self.names.iter().filter(|(_, (kind, _))| *kind == I::KIND);
        of_kind.map(|(id, (_, name))| (I::of(*id), name.as_str()))
    }

    /// The name behind an id.
    pub fn name<I: Named>(&self, id: I) -> Option<&str> {
        let (kind, name) = self.names.get(&id.integer())?;
        (*kind == I::KIND).then_some(name.as_str())
    }

    /// What a target is.
    pub fn target(&self, id: TargetId) -> Option<&TargetName> {
        self.targets.get(&id)
    }

    /// Every target that was ever used, in the order of ids.
    pub fn targets(&self) -> impl Iterator<Item = (TargetId, &TargetName)> {
        self.targets.iter().map(|(id, name)| (*id, name))
    }

    /// The names that no batch holds yet; they are the caller's now, to be put into its next batch.
    pub fn take_fresh(&mut self) -> Vec<FreshName> {
        std::mem::take(&mut self.fresh)
    }

    /// Puts a stored name back.
    pub(crate) fn restore(&mut self, integer: u32, kind: NameKind, name: String) {
        self.ids.entry(kind).or_default().insert(name.clone(), integer);
        self.names.insert(integer, (kind, name));
    }

    /// Puts a stored target back.
    pub(crate) fn restore_target(&mut self, id: TargetId, name: TargetName) {
        self.target_ids.insert(name.clone(), id);
        self.targets.insert(id, name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_integer_and_is_fresh_once() {
        let mut names = Names::default();
        let run: GroupId = names.intern("books");
        assert_eq!(names.intern::<GroupId>("books"), run);
        assert_eq!(names.take_fresh().len(), 1);
        assert!(names.take_fresh().is_empty());
        assert_eq!(names.name(run), Some("books"));
    }

    #[test]
    fn one_string_is_a_different_name_in_each_kind() {
        let mut names = Names::default();
        let client: ClientId = names.intern("default");
        let route: RouteId = names.intern("default");
        assert_ne!(client.0, route.0);
        assert_eq!(
            names.name(RouteId(client.0)),
            None,
            "an integer of another kind has no name here"
        );
    }

    #[test]
    fn a_target_with_another_key_is_another_target() {
        let mut names = Names::default();
        let groq = |quota_key: &str| TargetName {
            account: "groq".into(),
            provider: "groq".into(),
            model: "llama".into(),
            quota_key: quota_key.into(),
        };
        let old = names.intern_target(&groq("fingerprint-1"));
        let new = names.intern_target(&groq("fingerprint-2"));
        assert_ne!(old, new);
        assert_eq!(
            names.target(old).map(|name| name.quota_key.as_str()),
            Some("fingerprint-1")
        );
    }
}
