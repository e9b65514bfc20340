// Asks iam-simulate about the requests of each file in a folder: node iam_simulate.mjs INSTALLED FOLDER.
// A request is [principal, action, resource], or has its whole context as a fourth; without one, a condition holds that
// some request may meet. Prints by file the numbers of the requests that it allows; null where it takes a policy to be
// malformed.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [installed, folder] = process.argv.slice(2)
const module = join(installed, 'node_modules/@cloud-copilot/iam-simulate/dist/esm/index.js')
const { runSimulation } = await import(pathToFileURL(module).href)

// A policy that it takes to be malformed.
class Refused extends Error {}

async function simulated(account, [principal, action, resource, context]) {
  const accountId = principal.split(':')[4]
  const identity = account.principals[principal]
  return await runSimulation({
    request: {
      principal,
      action,
      resource: { resource, accountId },
      contextVariables: context ?? { 'aws:PrincipalArn': principal, 'aws:PrincipalAccount': accountId }
    },
    identityPolicies: identity.policies.map(one => ({ name: one.name, policy: one.document })),
    permissionBoundaryPolicies: identity.permission_boundary
      ? [{ name: 'boundary', policy: identity.permission_boundary }]
      : undefined,
    resourcePolicy: account.resource_policies[resource],
    serviceControlPolicies: [],
    resourceControlPolicies: []
  }, context ? { simulationMode: 'Strict' } : {
    simulationMode: 'Discovery',
    discoveryContextKeyConstraints: ['aws:PrincipalArn', 'aws:PrincipalAccount'].map(keyName =>
      ({ keyName, presenceIsKnown: true, valueIsKnown: true }))
  })
}

async function allowed(account, request) {
  const result = await simulated(account, request)
  if (result.resultType !== 'error') return result.overallResult === 'Allowed'
  if (result.errors.message === 'policy.errors') throw new Refused()
  // An action that acts on no resource is asked about by itself; on one of another type, it cannot be asked about.
  return result.errors.message === 'must.use.wildcard' && await allowed(account, request.with(2, '*'))
}

async function passing({ account, requests }) {
  try {
    const passed = await Promise.all(requests.map(request => allowed(account, request)))
    return [...requests.keys()].filter(number => passed[number])
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return null
  }
}

const answers = {}
for (const name of readdirSync(folder)) {
  answers[name] = await passing(JSON.parse(readFileSync(join(folder, name), 'utf8')))
}
console.log(JSON.stringify(answers))
