// Where Vois's own files are: sounds, small pictures and exports. Stands before the component's own
// script, after messages.js.
//
// Streamlit answers every address that it does not know with its page, and a proxy may answer with a
// page of its own: that something came says nothing, what kind it is does.

function addressOf(path) {
  return new URL(connection.data[0].root + path, document.baseURI).href;
}

// The answer, of a kind such as "audio/"; raises where there is none, or it is something else.
async function fetchFile(path, kind, method = "GET") {
  const answer = await fetch(addressOf(path), { method });
  const type = answer.headers.get("Content-Type") ?? "";
  if (!answer.ok || !type.startsWith(kind)) {
    throw new Error(`HTTP ${answer.status}, ${type || "of no kind"} instead of ${kind}`);
  }
  return answer;
}
