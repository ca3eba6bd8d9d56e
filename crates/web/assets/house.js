// What pages do by themselves once they are open: copy, search as one types, count down, and show news. A page that
// has news fetches itself again and takes over the parts marked data-live; nothing else here knows what a page says.
// Without this script every page works by its links, its forms, and a reload.

const TYPING_MS = 180;
const POLL_MS = 10_000;
const CALM_MS = 1_600;
const status = document.getElementById("status");
// Buttons that only this script serves are shown from now on.
document.documentElement.classList.add("scripted");

// A list of places that scrolls sideways begins where one is.
document.querySelector(".places [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// Copying

async function copy(text) {
  // Browsers offer the clipboard only on https and localhost.
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("the browser refused to copy");
}

async function copyFrom(button) {
  let told = "Copied";
  try {
    await copy(button.dataset.copy);
  } catch {
    told = "Not copied";
  }
  answer(button, told);
}

function answer(button, told) {
  const word = button.textContent;
  say(told);
  button.textContent = told;
  setTimeout(() => (button.textContent = word), CALM_MS);
}

function say(words) {
  status.textContent = words;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button && button.textContent !== "Copied") copyFrom(button);
});

// The keys by which everything is copied copy the code where nothing is selected, so nothing is taken from anybody.
document.addEventListener("copy", (event) => {
  const button = document.querySelector("[data-copy][aria-keyshortcuts]");
  const isTyping = event.target.matches?.("input, textarea");
  if (!button || isTyping || !getSelection().isCollapsed) return;
  event.clipboardData.setData("text/plain", button.dataset.copy);
  event.preventDefault();
  if (button.textContent !== "Copied") answer(button, "Copied");
});

// A form is sent once.

function setSent(button, isSent) {
  button.disabled = isSent;
  button.toggleAttribute("data-sent", isSent);
}

document.addEventListener("submit", (event) => {
  // Later, because the button itself says what is bought, and a disabled one is not sent.
  if (event.target.method === "post") setTimeout(() => event.submitter && setSent(event.submitter, true));
});
// Whoever comes back may send again, but what the house itself does not offer stays as it is.
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("[data-sent]")) setSent(button, false);
});

// Taking over what is new

// A form's one-time id and the time that is left differ in every answer and are no news.
const calm = (html) => html.replace(/ (value|data-left)="[0-9a-f]*"/g, "").replace(/>[0-9:]+ left</g, "><");
const codes = () => new Map([...document.querySelectorAll("[data-code-of]")].map((part) => [part.dataset.codeOf, part]));

function takeOver(fresh) {
  const before = codes();
  const focused = document.activeElement?.id;
  for (const part of fresh.querySelectorAll("[data-live]")) {
    const old = document.getElementById(part.id);
    if (old && calm(old.innerHTML) !== calm(part.innerHTML)) old.replaceChildren(...part.childNodes);
  }
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
  document.title = fresh.title;
  every = Number(fresh.body.dataset.every);
  for (const [order, part] of codes()) if (!before.has(order)) greet(part);
}

let asking = null;

// What a page asks for by itself says so, because nobody uses a session that way.
async function refresh(url, own) {
  asking?.abort();
  asking = new AbortController();
  const answer = await fetch(url, { headers: { Accept: "text/html", ...own }, signal: asking.signal });
  // Whoever is not signed in any more is sent to sign in.
  if (answer.redirected) return location.assign(answer.url);
  if (answer.ok) takeOver(new DOMParser().parseFromString(await answer.text(), "text/html"));
}

const tell = (error) => error.name === "AbortError" || console.warn(error.message);
const search = (url) => refresh(url, {}).catch(tell);
const look = () => refresh(location.href, { "X-By-Itself": "1" }).catch(tell);

// A code has come.

function greet(part) {
  const words = part.dataset.says;
  say(words);
  if (document.hidden && self.Notification?.permission === "granted") new Notification(words);
  // Nothing is being done: then Enter copies.
  if (document.activeElement === document.body) part.querySelector("[data-copy]")?.focus();
}

const bell = document.getElementById("bell");
if (bell && self.Notification?.permission === "default") {
  bell.hidden = false;
  bell.addEventListener("click", async () => {
    bell.hidden = (await Notification.requestPermission()) !== "default";
  });
}

// Searching

let typing;
for (const box of document.querySelectorAll("[data-search]")) {
  box.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => {
      const url = new URL(box.form.action);
      url.search = new URLSearchParams(new FormData(box.form));
      history.replaceState(null, "", url);
      search(url);
    }, TYPING_MS);
  });
}

// Counting down, by the house's clock

const ahead = Number(document.body.dataset.now) - Date.now();

function count() {
  for (const place of document.querySelectorAll("[data-until]")) {
    const seconds = Math.max(0, Math.ceil((Number(place.dataset.until) - Date.now() - ahead) / 1000));
    place.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")} left`;
    const bar = document.getElementById(place.getAttribute("aria-details"));
    if (bar) bar.value = seconds;
    if (seconds === 0 && !place.dataset.over) {
      place.dataset.over = "1";
      setTimeout(look, 1000);
    }
  }
}
if (document.querySelector("[data-until], [data-live]")) setInterval(count, 1000);

// News. Browsers open few connections to one house, so its tabs share one stream: whichever holds the lock listens
// and tells the others. Where tabs cannot talk, each has its own.

const topic = `news of ${document.body.dataset.account}`;
const channel = navigator.locks && self.BroadcastChannel ? new BroadcastChannel(topic) : null;
let newest = Number(document.body.dataset.news);

function hear(seq) {
  if (seq <= newest) return;
  newest = seq;
  look();
}

// The session has ended: the page is asked for anew, whoever is signed in now.
const begin = () => location.replace(location.href);

// Listens until the stream is over.
function listen() {
  return new Promise((over) => {
    const news = new EventSource(`/live/?after=${newest}`);
    news.onmessage = (event) => {
      channel?.postMessage({ seq: Number(event.data) });
      hear(Number(event.data));
    };
    news.addEventListener("end", () => {
      news.close();
      channel?.postMessage({ end: true });
      over();
      begin();
    });
    // The browser tries again by itself, unless it was refused.
    news.onerror = () => {
      if (news.readyState !== EventSource.CLOSED) return;
      setInterval(look, POLL_MS);
      over();
    };
    addEventListener("pagehide", () => news.close());
  });
}

function share() {
  channel.onmessage = ({ data }) => {
    if (data.end) begin();
    // A tab that has just opened asks whether something came while it was made.
    else if (data.asks) channel.postMessage({ seq: newest });
    else hear(data.seq);
  };
  channel.postMessage({ asks: true });
  navigator.locks.request(topic, listen);
}

if (document.body.dataset.news) {
  if (channel) share();
  else listen();
}
addEventListener("pageshow", (event) => event.persisted && location.reload());

// Pages that show what goes on fetch themselves now and then, while somebody sees them and for as long as they ask for it.
let every = Number(document.body.dataset.every);
const again = () =>
  setTimeout(async () => {
    if (!document.hidden) await look();
    if (every) again();
  }, every * 1000);
if (every) again();
