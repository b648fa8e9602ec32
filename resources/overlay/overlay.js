/* The overlay page. It is told by the studio what is to be seen, and shows that; what it is not told any more leaves.
   Texts of others are only ever set as text. */
"use strict";
(() => {
  const OUT_MS = 180; // as --out in overlay.css
  const RETRY_MS = 500;
  const GRACE_MS = 1000; // as GRACE_MS in overlay_view.py
  const JITTER_MS = 250; // real ms that a message may be late without the clock being set back
  const LAST_MS = 60000;
  const byId = (id) => document.getElementById(id);
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  let first = null; // the first message since the page was loaded
  let told = ""; // the view that is on, as JSON
  let view = null;
  let clock = null; // {shop, at, rate}: the shop's ms at a moment of performance.now(), and its ms per real ms
  let goneBy = Infinity; // when it is empty unless it hears something, of performance.now()
  let unsureTimer = 0;
  let tickTimer = 0;
  const leaving = new Map();

  // --- showing and hiding ---------------------------------------------------------------------------------------

  function set(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  function long(element, some, very) {
    const length = [...element.textContent].length;
    element.dataset.long = length > very ? "very" : length > some ? "some" : "no";
  }

  // How wide an amount is depends on the typeface, which the page cannot know: one that has no room is written smaller.
  function fit(element) {
    element.style.fontSize = "";
    const room = element.parentElement.clientWidth;
    if (room && element.offsetWidth > room) {
      element.style.fontSize = `${parseFloat(getComputedStyle(element).fontSize) * room / (element.offsetWidth + 1)}px`;
    }
  }

  function fitAmounts() {
    fit(byId("price"));
    fit(byId("struck"));
  }

  function on(element, gone) {
    if (element.dataset.on === "yes") return;
    clearTimeout(leaving.get(element));
    leaving.delete(element);
    if (gone && element.hidden) {
      element.hidden = false;
      element.getBoundingClientRect(); // so that it comes in from where it starts
    }
    element.dataset.on = "yes";
  }

  function off(element, after) {
    if (element.dataset.on !== "yes") return;
    element.dataset.on = "no";
    leaving.set(element, setTimeout(() => {
      leaving.delete(element);
      after();
    }, OUT_MS));
  }

  function part(id, shown, texts) {
    const element = byId(id);
    if (shown) {
      for (const name in texts) set(byId(name), texts[name]);
      on(element, true);
    } else {
      off(element, () => moved(() => {
        element.hidden = true;
        for (const name in texts) {
          set(byId(name), "");
          if (byId(name).classList.contains("bit")) byId(name).dataset.on = "no";
        }
      }));
    }
  }

  function bit(id, text) {
    const element = byId(id);
    if (!text) return off(element, () => set(element, ""));
    const fresh = element.textContent !== text;
    const was = element.dataset.on === "yes";
    set(element, text);
    on(element, false);
    if (fresh && was) play(element, [{ transform: "scale(1.14)" }, { transform: "none" }], 320);
  }

  function play(element, frames, ms) {
    if (!still.matches) element.animate(frames, { duration: ms, easing: "cubic-bezier(.2, .8, .2, 1)" });
  }

  // What stays glides to its new place instead of jumping there.
  function moved(change) {
    const parts = [...document.querySelectorAll(".part[data-on=yes]")];
    const before = parts.map((element) => element.getBoundingClientRect());
    change();
    parts.forEach((element, i) => {
      const now = element.getBoundingClientRect();
      const x = before[i].left - now.left;
      const y = before[i].top - now.top;
      if ((x || y) && now.width) play(element, [{ transform: `translate(${x}px, ${y}px)` }, { transform: "none" }], 260);
    });
  }

  function picture(id, imageId, address) {
    const holder = byId(id);
    const image = byId(imageId);
    if (address === null) {
      holder.hidden = true;
      off(image, () => image.removeAttribute("src"));
      return;
    }
    holder.hidden = false;
    if (image.getAttribute("src") === (address || null)) return;
    image.dataset.on = "no";
    if (!address) return image.removeAttribute("src");
    image.onload = () => on(image, false);
    image.onerror = () => { holder.hidden = true; };
    image.setAttribute("src", address);
  }

  // --- the view -------------------------------------------------------------------------------------------------

  function show(next) {
    const text = JSON.stringify(next);
    if (text === told) return tick();
    const another = view !== null && view.title !== "" && next.title !== "" && view.title !== next.title;
    told = text;
    view = next;
    document.documentElement.lang = view.lang;
    moved(() => {
      part("question", view.question !== "", { "asked": view.labels.question, "question-text": view.question });
      part("card", view.title !== "", view.title ? { "title": view.title } : { "title": "", "price": "", "struck": "", "left": "" });
      if (view.title) {
        picture("picture", "picture-image", view.picture);
        bit("price", view.price);
        bit("struck", view.struck);
        bit("left", view.left);
        byId("left").dataset.gone = view.gone ? "yes" : "no";
        const qr = byId("qr");
        qr.hidden = view.qr === "";
        qr.dataset.on = view.qr === "" ? "no" : "yes";
        if (view.qr === "") byId("qr-image").removeAttribute("src");
        else if (byId("qr-image").getAttribute("src") !== view.qr) byId("qr-image").setAttribute("src", view.qr);
        set(byId("scan"), view.labels.scan);
        byId("card").dataset.bare = view.picture === null && view.qr === "" ? "yes" : "no";
      }
      tick();
    });
    long(byId("title"), 34, 74);
    long(byId("question-text"), 80, 140);
    long(byId("price"), 9, 13);
    fitAmounts();
    long(byId("code-text"), 10, 16);
    byId("code").dataset.long = byId("code-text").dataset.long;
    if (another) play(byId("about"), [{ opacity: 0.3, transform: "translateY(.12rem)" }, { opacity: 1, transform: "none" }], 260);
  }

  function code(shown) {
    part("code", shown, shown
      ? { "code-label": view.labels.code, "code-text": view.code, "off": view.off, "ends": view.labels.ends }
      : { "code-label": "", "code-text": "", "off": "", "ends": "", "countdown": "" });
  }

  // --- the shop's clock -----------------------------------------------------------------------------------------

  function heardClock(shop, rate) {
    if (shop === null) {
      clock = null;
      return;
    }
    const at = performance.now();
    // A message is late, never early: the newest reckoning stands unless it is behind by no more than it may be late.
    const behind = clock && clock.rate === rate ? shopNow() - shop : -1;
    if (behind <= 0 || behind > JITTER_MS * rate) clock = { shop, at, rate };
  }

  function shopNow() {
    return clock.shop + (performance.now() - clock.at) * clock.rate;
  }

  function countdown(left) {
    const seconds = Math.max(0, Math.ceil(left / 1000));
    const two = (n) => String(n).padStart(2, "0");
    const minutes = Math.floor(seconds / 60);
    const hours = Math.floor(minutes / 60);
    return hours ? `${hours}:${two(minutes % 60)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
  }

  // The code is gone at its end, so it begins to leave before; the price that holds with it follows soon after.
  function tick() {
    clearTimeout(tickTimer);
    if (!view || view.ends === null || !clock) {
      code(false);
      return;
    }
    const left = view.ends - shopNow();
    const real = left <= 0 ? left : clock.rate > 0 ? left / clock.rate : Infinity;
    const shown = real > OUT_MS && view.code !== "";
    moved(() => code(shown));
    if (shown) {
      const element = byId("countdown");
      set(element, countdown(left));
      element.dateTime = `PT${Math.max(0, Math.ceil(left / 1000))}S`;
      byId("code").dataset.last = left <= LAST_MS ? "yes" : "no";
      const length = view.starts === null ? 0 : view.ends - view.starts;
      byId("run-left").style.transform = `scaleX(${length > 0 ? Math.min(1, Math.max(0, left / length)) : 0})`;
    }
    if (left <= 0 && (clock.rate <= 0 || -left / clock.rate >= GRACE_MS)) {
      bit("price", "");
      bit("struck", "");
      return;
    }
    if (clock.rate <= 0) return;
    const second = Math.max(16, (left % 1000 || 1000) / clock.rate);
    const next = shown ? Math.min(second, real - OUT_MS) : real > 0 ? real : GRACE_MS + left / clock.rate;
    tickTimer = setTimeout(tick, Math.max(0, next) + 1);
  }

  // --- what the studio tells ------------------------------------------------------------------------------------

  function hear(message) {
    if (first === null) first = message;
    if (message.page !== first.page) return location.reload();
    if (message.dress !== first.dress) {
      first.dress = message.dress;
      byId("dress").setAttribute("href", `dress.css?${message.dress}`);
    }
    clearTimeout(unsureTimer);
    goneBy = performance.now() + message.unsure;
    unsureTimer = setTimeout(silent, Math.max(0, message.unsure - OUT_MS)); // it begins to leave before
    heardClock(message.shop, message.rate);
    show(message.view);
    byId("stage").dataset.on = "yes";
  }

  function silent() {
    byId("stage").dataset.on = "no";
  }

  async function connect() {
    const again = () => setTimeout(connect, RETRY_MS);
    try {
      // Asked first: browsers make a page wait longer and longer for a WebSocket that was refused.
      const here = await fetch("here", { cache: "no-store" });
      if (!here.ok) return again();
    } catch {
      return again();
    }
    const socket = new WebSocket(`ws://${location.host}${location.pathname}live`);
    socket.onmessage = (event) => hear(JSON.parse(event.data));
    socket.onclose = again;
  }

  // --- custom CSS -----------------------------------------------------------------------------------------------

  // OBS puts the custom CSS of a browser source into a style element, which the page's policy does not let take effect.
  // It is the person's own: it is taken over in the way that the policy allows.
  function dressed() {
    document.adoptedStyleSheets = [...document.head.querySelectorAll("style")].map((element) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(element.textContent);
      return sheet;
    });
  }

  // Timers of a page that nobody sees may be late.
  document.addEventListener("visibilitychange", () => {
    if (performance.now() >= goneBy) silent();
    if (view) tick();
  });
  new MutationObserver(dressed).observe(document.head, { childList: true, subtree: true, characterData: true });
  dressed();
  new ResizeObserver(fitAmounts).observe(byId("cost")); // another size of the picture, another dress
  connect();
})();
