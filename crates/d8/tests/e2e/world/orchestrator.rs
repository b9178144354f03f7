//! A running `d8 up`.

use std::net::SocketAddr;

use serde_json::Value;

use super::http::{Answered, request};
use super::process::Running;
use super::{World, until};

pub(crate) struct Up {
    pub(crate) process: Running,
    pub(crate) address: SocketAddr,
}

impl World {
    /// `d8 up` at a free port.
    #[track_caller]
    pub(crate) fn up(&self) -> Up {
        self.up_at("127.0.0.1:0")
    }

    /// `d8 up` where it was before.
    #[track_caller]
    pub(crate) fn up_at(&self, listen: &str) -> Up {
        let process = self.d8(&["up", "--listen", listen]).start();
        let mut url = None;
        until("d8 up says where it is", || {
            let (out, _) = process.printed();
            url = out.lines().next().filter(|_| out.contains('\n')).map(str::to_owned);
            url.is_some()
        });
        let url = url.unwrap();
        let address = url.trim_start_matches("http://").parse().unwrap();
        Up { process, address }
    }
}

impl Up {
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Answered {
        request(self.address, "GET", path, "", "")
            .unwrap_or_else(|error| panic!("{path}: {error}: {:?}", self.process.printed()))
    }

    #[track_caller]
    pub(crate) fn post(&self, path: &str, body: &Value) -> Answered {
        let headers = "content-type: application/json\r\n";
        let answered = request(self.address, "POST", path, headers, &body.to_string());
        answered.unwrap_or_else(|error| panic!("{path}: {error}: {:?}", self.process.printed()))
    }

    /// Hands a prompt in by the Hive's call; gives the task's id.
    #[track_caller]
    pub(crate) fn submit(&self, prompt: &str) -> String {
        let data = serde_json::json!({"messages": [{"role": "user", "content": prompt}], "max_tokens": 16});
        let body = serde_json::json!({"type": "agent_action", "data": data});
        let answered = self.post("/api/tasks/submit", &body).is(201);
        answered.json()["task_id"].as_str().unwrap().to_owned()
    }

    /// How a task stands.
    #[track_caller]
    pub(crate) fn status(&self, task: &str) -> Value {
        self.get(&format!("/api/tasks/status/{task}")).is(200).json()
    }

    /// How many tasks stand so.
    #[track_caller]
    pub(crate) fn count(&self, status: &str) -> u64 {
        self.get("/api/stats").is(200).json()["tasks"][status].as_u64().unwrap()
    }

    /// How many workers are alive.
    #[track_caller]
    pub(crate) fn online(&self) -> u64 {
        self.get("/api/stats").is(200).json()["workers"]["online"]
            .as_u64()
            .unwrap()
    }

    #[track_caller]
    pub(crate) fn until_completed(&self, count: u64) {
        until("all is completed", || self.count("completed") >= count);
    }
}
