//! The far side: a server on loopback that keeps what it is sent and answers by a script.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request that came.
#[derive(Clone, Debug)]
pub(crate) struct Came {
    /// Request line and headers, lower-cased names.
    pub(crate) path: String,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Came {
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(one, _)| one == name);
        found.map_or("", |(_, value)| value)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// What the server does with a request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// Sends these bytes and closes.
    Bytes(String),
    /// Sends these bytes, and nothing more for long.
    Hang(String),
    /// Sends these bytes over and over.
    Endless(String),
}

/// A whole response.
pub(crate) fn answer(status: &str, headers: &str, body: &str) -> Reply {
    let length = body.len();
    Reply::Bytes(format!(
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    ))
}

pub(crate) struct Far {
    pub(crate) address: SocketAddr,
    came: Arc<Mutex<Vec<Came>>>,
}

impl Far {
    pub(crate) async fn start(reply: impl Fn(&Came) -> Reply + Send + Sync + 'static) -> Far {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let far = Far {
            address: listener.local_addr().unwrap(),
            came: Arc::default(),
        };
        let (came, reply) = (Arc::clone(&far.came), Arc::new(reply));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (came, reply) = (Arc::clone(&came), Arc::clone(&reply));
                // Who sends may be killed at any moment.
                tokio::spawn(async move { serve(stream, &came, &*reply).await.ok() });
            }
        });
        far
    }

    /// One that answers everything alike.
    pub(crate) async fn saying(reply: Reply) -> Far {
        Far::start(move |_| reply.clone()).await
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn came(&self) -> Vec<Came> {
        self.came.lock().unwrap().clone()
    }

    /// The one request that came.
    pub(crate) fn only(&self) -> Came {
        let came = self.came();
        assert_eq!(came.len(), 1);
        came[0].clone()
    }
}

async fn serve(
    mut stream: TcpStream,
    came: &Mutex<Vec<Came>>,
    reply: &(impl Fn(&Came) -> Reply + ?Sized),
) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    let request = loop {
        if let Some(request) = whole(&bytes) {
            break request;
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(());
        }
    };
    let reply = reply(&request);
    came.lock().unwrap().push(request);
    match reply {
        Reply::Bytes(bytes) => {
            stream.write_all(bytes.as_bytes()).await?;
            stream.shutdown().await?;
            tokio::io::copy(&mut stream, &mut tokio::io::sink()).await?;
        }
        Reply::Hang(bytes) => {
            stream.write_all(bytes.as_bytes()).await?;
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
        Reply::Endless(bytes) => loop {
            stream.write_all(bytes.as_bytes()).await?;
        },
    }
    Ok(())
}

fn whole(bytes: &[u8]) -> Option<Came> {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length: usize = length.map_or(0, |(_, length)| length.parse().unwrap());
    (body.len() >= length).then(|| Came {
        path,
        headers,
        body: body.to_owned(),
    })
}
