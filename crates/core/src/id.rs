//! Names of things, as small integers. No string enters the engine: whoever drives it interns names and keeps the
//! integers stable across restarts.

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $inner:ty) => {
        $(#[$doc])*
        #[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(pub $inner);
    };
}

id!(/** A task; rises with the order of submission. */ TaskId, u64);
id!(/** The number of an attempt within its task, from 1: the lease's fencing token. */ AttemptNo, u32);
id!(/** Tasks submitted together; a run is one. */ GroupId, u32);
id!(/** Who a task is for. */ ClientId, u32);
id!(/** A name that tasks ask for, with its targets. */ RouteId, u32);
id!(/** One credential at a provider, or one local server. */ AccountId, u32);
id!(/** An account and a model. */ TargetId, u32);
id!(/** One count of one limit, of one quota group and scope. */ LimitId, u32);
id!(/** A loop that runs attempts. */ WorkerId, u32);
id!(/** How a prompt begins: what begins alike may be cached where it was sent. */ PrefixId, u32);
id!(/** A type of task, such as `agent_action`. */ KindId, u32);
