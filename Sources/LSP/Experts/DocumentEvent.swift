/// What has happened to a document.
package enum DocumentEvent {
    case opened, edited, saved, closed
}
