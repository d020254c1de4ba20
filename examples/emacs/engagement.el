;;; engagement.el --- Attendees of an engagement as a buffer  -*- lexical-binding: t; -*-

;; One contact a line: id, name and e-mail addresses, with tabs between.  Take lines out, or add lines that begin with
;; an id or hold an address only, and save: that is the replacement, after a look at what would change.
;;
;;   M-x load-file RET examples/emacs/engagement.el RET
;;   M-x engagement-attendees RET ngmt_… RET        C-x C-s writes, M-x engagement-undo puts the last ones back

;;; Code:

(require 'json)
(require 'seq)

(defvar engagement-flags nil "Flags of the process, such as \"--token-command\" and its value.")
(defvar engagement--process nil)
(defvar engagement--answers (make-hash-table))
(defvar engagement--number 0)
(defvar-local engagement--id nil)
(defvar-local engagement--contacts nil "Pairs of id and line, as they were read.")
(defconst engagement--folder (file-name-directory (or load-file-name buffer-file-name default-directory)))

(defun engagement--program ()
  (let ((named (getenv "ENGAGEMENT_RPC"))
        (built (expand-file-name "../../.build/release/engagement-rpc" engagement--folder)))
    (cond ((not (member named '(nil ""))) named)
          ((or (executable-find "engagement-rpc") (not (file-executable-p built))) "engagement-rpc")
          (built))))

(defun engagement--heard (process text)
  "Keep each whole line of TEXT from PROCESS as an answer."
  (let ((all (concat (process-get process 'partial) text)) (start 0) end)
    (while (setq end (string-search "\n" all start))
      (let ((answer (json-parse-string (substring all start end) :object-type 'alist :array-type 'list
                                       :null-object nil :false-object nil)))
        ;; An error without an id is about a request that could not be read, and only the last one can wait.
        (let ((id (or (alist-get 'id answer) (and (alist-get 'error answer) engagement--number))))
          (when id (puthash id answer engagement--answers))))
      (setq start (1+ end)))
    (process-put process 'partial (substring all start))))

(defun engagement--start ()
  (let ((state (locate-user-emacs-file "engagement-rpc/")) (program (engagement--program)))
    (make-directory state t)
    (with-current-buffer (get-buffer-create " *engagement-rpc*") (erase-buffer))
    (unless (executable-find program) (user-error "Engagement-rpc can't be started from %s" program))
    (setq engagement--process
          (make-process :name "engagement-rpc" :connection-type 'pipe :coding 'utf-8-unix :noquery t
                        :command (append (list program "--journal" (expand-file-name "journal.jsonl" state))
                                         engagement-flags)
                        :filter #'engagement--heard :stderr (get-buffer-create " *engagement-rpc*")))))

(defun engagement--said ()
  "The last line of what the process said on stderr: why it has ended."
  (with-current-buffer (get-buffer-create " *engagement-rpc*")
    (accept-process-output (get-buffer-process (current-buffer)) 0.1)
    (let ((lines (seq-filter (lambda (line) (string-prefix-p "engagement-rpc: " line))
                             (split-string (buffer-string) "\n" t))))
      (when lines (substring (car (last lines)) (length "engagement-rpc: "))))))

(defun engagement-call (method params)
  "The result of METHOD with PARAMS; an error is one sentence, with what became of a write."
  (unless (process-live-p engagement--process) (engagement--start))
  (let ((id (setq engagement--number (1+ engagement--number))) answer)
    (process-send-string engagement--process
                         (concat (json-serialize `((jsonrpc . "2.0") (id . ,id) (method . ,method) (params . ,params))
                                                 :false-object :false)
                                 "\n"))
    (while (and (not (gethash id engagement--answers)) (process-live-p engagement--process))
      (accept-process-output engagement--process 1))
    (setq answer (gethash id engagement--answers))
    (remhash id engagement--answers)
    (unless answer
      (let ((said (engagement--said)))
        (when said (user-error "%s" said))))
    (unless answer (user-error "Engagement-rpc ended before it had answered; read the attendees again"))
    (let-alist answer
      (when .error
        (user-error "%s%s" .error.message (if .error.data.applied (format " (applied: %s)" .error.data.applied) "")))
      .result)))

(defun engagement--line (contact)
  (let-alist contact
    (replace-regexp-in-string
     "[[:cntrl:]]" (lambda (found) (if (equal found "\t") "\t" " "))
     (string-join (list .id (string-join (delq nil (list .first_name .last_name)) " ")
                        (mapconcat (lambda (one) (alist-get 'email one)) .emails " "))
                  "\t"))))

(defun engagement--read ()
  "Fill the buffer with who is there now."
  (let ((found (engagement-call "engagement.get" `((engagement_id . ,engagement--id) (expand . ["contacts"])))))
    (erase-buffer)
    (setq engagement--contacts nil)
    (dolist (contact (alist-get 'contacts (alist-get 'data found)))
      (if (alist-get 'is_calendar_resource contact)
          (insert "# stays: " (engagement--line contact) "\n")
        (insert (engagement--line contact) "\n")
        (push (cons (alist-get 'id contact) (engagement--line contact)) engagement--contacts)))
    (setq engagement--contacts (nreverse engagement--contacts))
    (goto-char (point-min))
    (set-buffer-modified-p nil)))

(defun engagement--wanted ()
  "The ids that the lines name, once each; addresses are looked up."
  (let (ids addresses)
    (dolist (line (split-string (buffer-string) "\n" t "[ \t\r]+"))
      (let ((word (car (split-string line))))
        (cond ((string-prefix-p "#" word))
              ((string-match-p "\\`cnt_[[:alnum:]]+\\'" word) (push word ids))
              ((string-search "@" word) (push word addresses))
              (t (user-error "This begins with neither an id nor an address: %s" line)))))
    (dolist (some (seq-partition (nreverse addresses) 50))
      (let* ((data (alist-get 'data (engagement-call "engagement.findContacts" `((emails . ,(vconcat some))))))
             (found (alist-get 'found data)))
        (dolist (address some)
          (push (or (alist-get (intern address) found) (user-error "No one contact has the address %s" address)) ids))))
    (vconcat (seq-uniq (nreverse ids)))))

(defun engagement-write ()
  "Make the lines of the buffer the contacts of the engagement, when the person says yes."
  (interactive)
  (let* ((wanted (engagement--wanted))
         (params `((engagement_id . ,engagement--id) (contact_ids . ,wanted)))
         (changes (alist-get 'changes (engagement-call "engagement.replaceContacts" (append params '((dry_run . t)))))))
    (let-alist changes
      (if (not (or .added .removed))
          (progn (engagement--read) (message "Nothing to change"))
        (if (not (yes-or-no-p
                  (concat (mapconcat (lambda (id) (concat "- " (alist-get id engagement--contacts id nil #'equal) "\n"))
                                     .removed "")
                          (mapconcat (lambda (id) (concat "+ " id "\n")) .added "")
                          (if (equal wanted []) "Nobody would be left. " "") "Replace? ")))
            (message "Nothing is written")
          (engagement-call "engagement.replaceContacts"
                           (append params `((expected_contact_ids . ,(vconcat (mapcar #'car engagement--contacts))))))
          (engagement--read)
          (message "%d taken off, %d added" (length .removed) (length .added)))))
    t))

(defun engagement-undo ()
  "Put back who was there before the last replacement."
  (interactive)
  (unless engagement--id (user-error "These are not the attendees of an engagement"))
  (engagement-call "engagement.undo" `((engagement_id . ,engagement--id)))
  (engagement--read)
  (message "Put back"))

(defun engagement-attendees (engagement)
  "Edit the attendees of ENGAGEMENT, an id such as ngmt_…."
  (interactive "sEngagement: ")
  (switch-to-buffer (get-buffer-create (format "*attendees %s*" engagement)))
  (text-mode)
  (setq engagement--id engagement)
  (local-set-key (kbd "C-x C-s") #'engagement-write)
  (engagement--read))

(provide 'engagement)
;;; engagement.el ends here
