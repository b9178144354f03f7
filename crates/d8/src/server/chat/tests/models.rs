//! The names that a request may give.

use super::door::answer;
use super::*;
use crate::server::chat::Orphans;

#[tokio::test]
async fn every_name_that_a_request_may_give_is_listed_and_found() {
    let (door, _hand) = Door::by_hand("[]", "", Orphans::default()).await;
    let list = answer(door.get("/v1/models")).await;
    assert_eq!(list.body["object"], "list");
    let models = list.body["data"].as_array().unwrap();
    let pairs: Vec<(&str, &str)> = models
        .iter()
        .map(|model| (model["id"].as_str().unwrap(), model["owned_by"].as_str().unwrap()))
        .collect();
    let of_account = format!("groq/{MODEL}");
    assert_eq!(
        pairs,
        [("default", "d8"), (of_account.as_str(), "groq"), (MODEL, "groq")]
    );
    for path in ["default", &of_account, &of_account.replace('/', "%2F"), MODEL] {
        let one = answer(door.get(&format!("/v1/models/{path}"))).await;
        assert_eq!((one.status, &one.body["object"]), (200, &json!("model")), "{path}");
    }
    let unknown = answer(door.get("/v1/models/groq/llama")).await;
    assert_eq!((unknown.status, unknown.code()), (404, "model_not_found"));
    assert_eq!(unknown.header("x-d8-error"), Some("model_not_found"));
}
