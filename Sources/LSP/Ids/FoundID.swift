/// An id in a document.
package struct FoundID {
    /// The id.
    package let id: ResourceID
    /// Its bytes in the text.
    package let range: Range<Int>
}
