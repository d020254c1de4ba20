;;; emacs.el --- a person's session in Emacs with eglot, with the settings of examples/lsp  -*- lexical-binding: t -*-
;; emacs --batch -f package-initialize -l SETTINGS.el -l emacs.el
;; ENGAGEMENT_RPC_SANDBOX_AT names the sandbox, NOTES a file to work in. Prints one line.
(require 'cl-lib)
(require 'eglot)
(require 'flymake)
(require 'xref)
(setq make-backup-files nil create-lockfiles nil eglot-send-changes-idle-time 0.1 revert-without-query '(".")
      eglot-confirm-server-initiated-edits nil vc-handled-backends nil)

(defconst bjorn "cnt_sandbox02 Björn Lindqvist <contact2@cafe-mueller.example>")

(defun api (method params)
  "What somebody else does, in another process."
  (with-temp-buffer
    (let ((coding-system-for-read 'utf-8))
      (unless (zerop (call-process "engagement-rpc" nil '(t nil) nil "call" method (json-encode params) "--compact"))
        (error "%s failed" method)))
    (goto-char (point-min))
    (plist-get (json-parse-buffer :object-type 'plist :array-type 'list :null-object nil :false-object nil) :data)))

(defun people ()
  "Who is on the engagement."
  (mapconcat (lambda (one) (string-remove-prefix "cnt_sandbox" (plist-get one :id)))
             (plist-get (api "engagement.get" '(:engagement_id "ngmt_sandbox01" :expand ["contacts"])) :contacts) " "))

(defun writes ()
  "How many writes have arrived."
  (cl-count "PUT" (plist-get (api "sandbox.requests" (make-hash-table)) :requests)
            :key (lambda (one) (plist-get one :method)) :test #'equal))

(defun linger ()
  "The cursor rests: eglot asks for a hover.
What comes in one piece with an answer stays unread in jsonrpc.el of Emacs 28 until something else comes."
  (when-let ((server (eglot-current-server)))
    (jsonrpc-async-request server :textDocument/hover (eglot--TextDocumentPositionParams) :success-fn #'ignore)))

(defun waits (what fact)
  "Waits for what FACT gives; without it in time, WHAT is the error."
  (or (cl-loop for turn from 1 to 400 thereis (funcall fact)
               do (accept-process-output nil 0.05)
               do (when (zerop (% turn 20)) (linger)))
      (error "%s, waited for 20 s; the buffer: %s; its marks: %s" what (buffer-string)
             (mapcar #'flymake-diagnostic-text (flymake-diagnostics)))))

(defun check (fact what) "FACT, or WHAT is the error." (or fact (error "%s" what)))
(defun has (words) "Whether the buffer has WORDS." (string-search words (buffer-string)))
(defun to (words) "Goes into WORDS." (goto-char (point-min)) (search-forward words) (goto-char (+ 2 (match-beginning 0))))

;; The person answers in the minibuffer: the first choice that has the words.
(defvar choice "Keep as it is")
(defvar questions nil "Newest first: the prompt and the titles.")
(setq completing-read-function
      (lambda (prompt titles &rest more)
        (when (string-search "Server reports" prompt) (push (list prompt titles (nth 2 more)) questions))
        (sleep-for 0.6)
        (or (cl-find-if (lambda (title) (string-search choice title))
                        (mapcar (lambda (one) (if (consp one) (car one) one)) titles))
            (error "No %s among %s" choice titles))))

(defun attached ()
  "Has eglot begin, as it does after a command, and waits until it has."
  (run-hooks 'post-command-hook)
  (waits (format "%s has no server" (buffer-name)) #'eglot-current-server))

(defun hover (word &rest words)
  "WORDS are in the hover on WORD."
  (to word)
  (let (shown)
    (eglot-hover-eldoc-function (lambda (text &rest _) (setq shown (or text ""))))
    (waits (format "no hover on %s" word) (lambda () shown))
    (dolist (one words) (check (string-search one shown) (format "the hover on %s lacks %s: %s" word one shown)))))

(defun marks (words)
  "How many marks say, or stand under, WORDS."
  (cl-count-if (lambda (one)
                 (or (string-search words (flymake-diagnostic-text one))
                     (string-search words (buffer-substring (flymake-diagnostic-beg one) (flymake-diagnostic-end one)))))
               (flymake-diagnostics)))

(defun action (beginning)
  "Takes the code action at point that begins so."
  (let ((actions (waits (format "no action %s" beginning)
                        (lambda ()
                          (cl-remove-if-not (lambda (one) (string-prefix-p beginning (plist-get one :title)))
                                            (eglot-code-actions (point) (point))))))
        (choice beginning)
        (last-nonmenu-event t))
    (eglot--read-execute-code-action actions (eglot-current-server))))

(defun edit ()
  "Björn is taken out, Efua put in by her address."
  (to bjorn)
  (delete-region (line-beginning-position) (line-end-position))
  (insert "contact5@mail.example")
  (eglot--signal-textDocument/didChange))

(defun reading ()
  "The reading half of the tour, in any text."
  (find-file (getenv "NOTES"))
  (text-mode)
  (attached)
  (hover "cnt_sandbox01" "Ana Souza" "contact1@acme.example")
  (hover "ngmt_sandbox01" "Quarterly review with Acme" "Björn Lindqvist")
  (flymake-start)
  (waits "no mark" (lambda () (flymake-start) (= 1 (marks "cnt_nobody1"))))
  (goto-char (point-max))
  (insert "- cnt_mor")
  (eglot--signal-textDocument/didChange)
  (pcase-let* ((`(,beginning ,end ,table . ,more) (waits "no completion" #'eglot-completion-at-point))
               (word (buffer-substring beginning end))
               (found (waits "no names" (lambda () (all-completions word table (plist-get more :predicate)))))
               (chosen (cl-find-if (lambda (one) (string-search "Chloé Moreau" one)) found)))
    (check chosen (format "completed to %s" found))
    (delete-region beginning end)
    (insert chosen)
    (funcall (plist-get more :exit-function) chosen 'finished)
    (check (string-match-p "^- cnt_[a-z0-9]+$" (thing-at-point 'line)) (thing-at-point 'line)))
  (save-buffer)
  (check (xref-backend-apropos 'eglot "Quarterly review") "no symbols")
  (to "ngmt_sandbox01")
  (action "Edit attendees of")
  (to "ngmt_sandbox01")
  (xref-find-definitions (xref-backend-identifier-at-point 'eglot))
  (waits "the definition leads nowhere"
         (lambda () (string-suffix-p "ngmt_sandbox01.attendees" (or (buffer-file-name) "")))))

(defun attendees ()
  "The attendees half."
  (attached)
  (check (eq major-mode 'attendees-mode) (format "%s" major-mode))
  (check (has (concat "cnt_sandbox01 Ana Souza <contact1@acme.example>\n" bjorn)) (buffer-string))
  (edit)
  (save-buffer)
  (waits "a save asks nothing" (lambda () questions))
  (pcase-let ((`(,prompt ,titles ,_) (car questions)))
    (check (and (equal (car titles) "Keep as it is") (member "Replace" titles)) (format "%s" titles))
    (check (and (string-search "Björn Lindqvist" prompt) (string-search "Efua Mensah" prompt)) prompt))
  (accept-process-output nil 1.5)
  (check (and (= 0 (writes)) (equal (people) "01 02 room1")) "a no is a no")
  (setq choice "Replace")
  (goto-char (point-min))
  (action "Replace: drops 1, adds 1")
  (waits "an action asks nothing" (lambda () (= 2 (length questions))))
  (waits "not replaced" (lambda () (equal (people) "01 05 room1")))
  (waits "not brought up to date" (lambda () (has "cnt_sandbox05 Efua Mensah <contact5@mail.example>")))
  (save-buffer)
  (accept-process-output nil 1.5)
  (check (= 2 (length questions)) "the save after a replacement asks")
  (setq choice "Undo")
  (goto-char (point-min))
  (action "Undo the last replacement")
  (waits "not undone" (lambda () (equal (people) "01 02 room1")))
  (waits "not brought up to date" (lambda () (has bjorn)))
  (save-buffer)
  (accept-process-output nil 0.5)
  (edit)
  (api "engagement.addContacts" '(:engagement_id "ngmt_sandbox01" :contact_ids ["cnt_sandbox09"]))
  (let ((before (writes)))
    (setq choice "Reload")
    (save-buffer)
    (waits "that somebody else was faster is not said" (lambda () (= 4 (length questions))))
    (waits "not reloaded" (lambda () (has "cnt_sandbox09")))
    (check (= before (writes)) "written over somebody else"))
  (save-buffer)
  (goto-char (point-max))
  (insert "front-desk@mail.example\nnobody@nowhere.example\n")
  (eglot--signal-textDocument/didChange)
  (insert "# typed on\n")
  (eglot--signal-textDocument/didChange)
  (waits "faults are not marked"
         (lambda () (flymake-start) (and (= 1 (marks "nobody@nowhere.example")) (= 1 (marks "front-desk"))))))

(condition-case problem
    (let ((inhibit-message t))
      (reading)
      (attendees)
      (let ((questions (length questions)) (writes (writes)))
        (set-buffer-modified-p nil)
        (eglot-shutdown-all)
        (princ (format "emacs %s: ok; eglot; hover, completion, marks, symbols, definition; attendees kept, replaced, undone, reloaded; %d questions, %d writes\n"
                       emacs-version questions writes))
        (kill-emacs 0)))
  (error
   (princ (format "emacs: %s\n%S\n" (error-message-string problem) questions))
   (kill-emacs 1)))
