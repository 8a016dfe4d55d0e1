// Upgrades the JSON textarea of components/json_editor.html to CodeMirror. The textarea stays the form's field.
(() => {
  "use strict";
  let loading = null;

  function pageNonce() {
    return document.querySelector("script[nonce]")?.nonce || "";
  }

  function loadBundle(url) {
    loading ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = url;
      script.nonce = pageNonce();
      script.onload = () => resolve(window.CodeMirror6);
      script.onerror = reject;
      document.head.append(script);
    });
    return loading;
  }

  function highlighting(cm) {
    const { tags } = cm;
    return cm.HighlightStyle.define([
      { tag: tags.propertyName, color: "var(--accent-text)" },
      { tag: tags.string, color: "var(--success)" },
      { tag: [tags.number, tags.bool, tags.null], color: "var(--info)" },
      { tag: tags.invalid, color: "var(--danger)" },
    ]);
  }

  function look(cm) {
    return cm.EditorView.theme({
      "&": { color: "var(--ink)", backgroundColor: "var(--surface)", fontSize: ".8125rem" },
      "&.cm-focused": { outline: "none" },
      ".cm-content": { fontFamily: "var(--mono)", caretColor: "var(--accent)", padding: ".5rem 0" },
      ".cm-cursor": { borderLeftColor: "var(--accent)" },
      ".cm-gutters": { color: "var(--ink-2)", backgroundColor: "var(--surface-2)", borderColor: "var(--line)" },
      ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--accent) 8%, transparent)" },
      ".cm-selectionBackground, &.cm-focused .cm-selectionBackground": {
        backgroundColor: "color-mix(in srgb, var(--accent) 28%, transparent) !important",
      },
      ".cm-matchingBracket": { backgroundColor: "var(--accent-tint) !important" },
      ".cm-tooltip": { color: "var(--ink)", backgroundColor: "var(--surface)", borderColor: "var(--line)" },
      ".cm-diagnostic": { padding: ".375rem .625rem", fontFamily: "var(--tblr-font-sans-serif)" },
    });
  }

  // Places of the server count from 1; a place beyond the text means its end.
  function offsetOf(doc, line, column) {
    const at = doc.line(Math.min(Math.max(line || 1, 1), doc.lines));
    return Math.min(at.from + Math.max((column || 1) - 1, 0), at.to);
  }

  function serverDiagnostics(doc, problems) {
    return problems
      .filter((problem) => problem.line)
      .map((problem) => {
        const from = offsetOf(doc, problem.line, problem.column);
        const to = Math.max(from, doc.lineAt(from).to);
        return { from, to, severity: problem.severity || "error", message: problem.message };
      });
  }

  // Esc and then Tab leaves the editor, so that the keyboard is never caught in it.
  function indentOrLeave(cm) {
    let leaving = false;
    return [
      cm.EditorView.domEventHandlers({
        keydown(event) {
          if (event.key === "Escape") leaving = true;
          else if (event.key !== "Tab" && event.key !== "Shift") leaving = false;
          return false;
        },
        blur() {
          leaving = false;
        },
      }),
      cm.keymap.of([{ key: "Tab", run: (view) => !leaving && insertIndent(view) }]),
    ];
  }

  function insertIndent(view) {
    if (view.state.readOnly) return false;
    view.dispatch(view.state.replaceSelection("  "), { userEvent: "input.indent" });
    return true;
  }

  function extensions(cm, textarea, label) {
    return [
      cm.lineNumbers(), cm.highlightSpecialChars(), cm.history(), cm.foldGutter(), cm.drawSelection(),
      cm.indentOnInput(), cm.indentUnit.of("  "), cm.bracketMatching(), cm.highlightActiveLine(), cm.lintGutter(),
      cm.json(), cm.syntaxHighlighting(highlighting(cm)), look(cm),
      indentOrLeave(cm),
      cm.keymap.of([...cm.defaultKeymap, ...cm.historyKeymap, ...cm.foldKeymap, ...cm.lintKeymap]),
      cm.EditorView.lineWrapping,
      cm.EditorView.cspNonce.of(pageNonce()),
      cm.EditorState.readOnly.of(textarea.readOnly),
      cm.EditorView.contentAttributes.of({
        "aria-labelledby": label.id,
        "aria-describedby": textarea.getAttribute("aria-describedby") || "",
        ...(textarea.getAttribute("aria-invalid") ? { "aria-invalid": "true" } : {}),
      }),
      cm.EditorView.updateListener.of((update) => {
        if (!update.docChanged) return;
        textarea.value = update.state.doc.toString();
        textarea.dispatchEvent(new Event("input", { bubbles: true }));
      }),
    ];
  }

  function linkProblems(cm, host, view) {
    for (const place of host.querySelectorAll(".at[data-line]")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "at";
      button.textContent = place.textContent;
      button.addEventListener("click", () => {
        const anchor = offsetOf(view.state.doc, Number(place.dataset.line), Number(place.dataset.column));
        view.dispatch({ selection: { anchor }, scrollIntoView: true });
        view.focus();
      });
      place.replaceWith(button);
    }
  }

  function mark(cm, view, json) {
    const problems = JSON.parse(json || "[]");
    view.dispatch(cm.setDiagnostics(view.state, serverDiagnostics(view.state.doc, problems)));
  }

  function mount(cm, host) {
    const textarea = host.querySelector("textarea");
    const label = host.querySelector("label");
    const place = document.createElement("div");
    place.className = "json-editor-view";
    textarea.after(place);
    const state = cm.EditorState.create({ doc: textarea.value, extensions: extensions(cm, textarea, label) });
    const view = new cm.EditorView({ state, parent: place });
    mark(cm, view, textarea.dataset.problems);
    label.addEventListener("click", () => view.focus());
    host.querySelector("[data-editor-hint]").hidden = textarea.readOnly;
    host.classList.add("is-upgraded");
    linkProblems(cm, host, view);
    // The server was asked about the text so far and has answered.
    host.addEventListener("htmx:afterSettle", () => {
      const answer = host.querySelector("[data-json-problems]");
      host.toggleAttribute("data-invalid", Boolean(answer?.querySelector(".tone-danger")));
      mark(cm, view, answer?.dataset.problems);
      linkProblems(cm, host, view);
    });
  }

  function upgrade(root) {
    for (const host of root.querySelectorAll("[data-json-editor]:not([data-upgraded])")) {
      host.setAttribute("data-upgraded", "");
      // If the bundle does not come, the plain textarea goes on working.
      loadBundle(host.dataset.bundle).then((cm) => mount(cm, host), () => host.removeAttribute("data-upgraded"));
    }
  }

  document.addEventListener("DOMContentLoaded", () => upgrade(document));
  document.addEventListener("htmx:load", (event) => upgrade(event.detail.elt.parentElement || event.detail.elt));
})();
