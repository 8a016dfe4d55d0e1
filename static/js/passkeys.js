// Passkeys: asks the browser for one, puts what it answers into the form, and sends that.
(() => {
  "use strict";
  const WORDS = {
    NotAllowedError: "No passkey was given. Try again when you are ready.",
    InvalidStateError: "This passkey is added already.",
    SecurityError: "Passkeys need a host name: open this page by name (for instance localhost), not by number.",
  };

  function unusable() {
    if (!window.isSecureContext) return "Passkeys need HTTPS.";
    if (!window.PublicKeyCredential?.parseCreationOptionsFromJSON) return "This browser cannot use passkeys here. Use a code.";
    return /^[\d.]+$|^\[/.test(location.hostname) ? WORDS.SecurityError : "";
  }

  function ask(form, options) {
    if (form.dataset.passkey === "create") {
      const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options.creation_options.publicKey);
      return navigator.credentials.create({ publicKey });
    }
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options.request_options.publicKey);
    return navigator.credentials.get({ publicKey });
  }

  async function send(form, options, say) {
    try {
      say("Waiting for your passkey…");
      const credential = await ask(form, options);
      form.elements.credential.value = JSON.stringify(credential.toJSON());
      say("");
      form.submit();
    } catch (error) {
      say(WORDS[error.name] || `The browser could not use a passkey: ${error.message}`);
    }
  }

  for (const form of document.querySelectorAll("[data-passkey]")) {
    const options = JSON.parse(document.getElementById("passkey-options").textContent);
    const status = form.querySelector("[data-passkey-status]");
    const say = (text) => { status.textContent = text; };
    const why = unusable();
    say(why);
    form.querySelector("[data-passkey-start]").disabled = Boolean(why);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!why) send(form, options, say);
    });
  }
})();
