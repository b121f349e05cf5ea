import type { Table } from '../fork/tables.ts'

/** What a table is made of. */
export function TableShape({ table, isClientOnly }: { table: Table; isClientOnly: boolean }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard
    <section className="table-shape" aria-label={`Columns and indexes of ${table.name}`} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">column</th>
            <th scope="col">type</th>
            <th scope="col">may be null</th>
            <th scope="col">default</th>
          </tr>
        </thead>
        <tbody>
          {table.columns.map(({ name, type, notNull, fallback, isGenerated }) => (
            <tr key={name}>
              <td>
                {name}
                {table.key.includes(name) && <span className="key"> key</span>}
              </td>
              <td>{type.toLowerCase() || 'any'}</td>
              <td>{notNull ? 'no' : 'yes'}</td>
              <td>{isGenerated ? 'generated' : (fallback ?? '–')}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <ul aria-label="Indexes">
        {table.indexes.map(({ name, columns, isUnique }) => (
          <li key={name}>
            <code>{name}</code> {isUnique && 'unique '}on {columns.join(', ')}
          </li>
        ))}
        {table.indexes.length === 0 && <li>no index but its key</li>}
        {isClientOnly && <li>◆ client-only: only this client has its rows</li>}
      </ul>
    </section>
  )
}
